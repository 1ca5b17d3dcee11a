"""TB.One of Tradebyte, seen from a channel."""
