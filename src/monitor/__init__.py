"""The monitor watches regional news sites for landmine news."""

__version__ = "0.1.0"
