"""Convive runs a joint human-security programme: every concern gets an answer."""

__version__ = "0.2.0"
