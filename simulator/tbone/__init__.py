"""The stand-in for TB.One."""

from .simulator import TBOneSimulator

__all__ = ["TBOneSimulator"]
