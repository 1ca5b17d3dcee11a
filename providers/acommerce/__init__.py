"""The platform aCommerce, seen from a channel or a partner."""
