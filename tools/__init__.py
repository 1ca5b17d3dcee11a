"""Developer tooling: ``python3 -m tools --help`` from the root of the clone.

Standard library only, so that it runs before anything is installed.
"""
