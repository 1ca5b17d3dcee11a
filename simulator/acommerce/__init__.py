"""The stand-in for aCommerce. Its version 3 document is ours: the real one is not public."""

from .simulator import AcommerceSimulator

__all__ = ["AcommerceSimulator"]
