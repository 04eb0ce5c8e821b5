"""Reach: counting different people over the lists of several agencies, without sharing a name."""
