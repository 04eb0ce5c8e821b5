"""Proposes how a file is to be read, from its names and values. Nothing is applied unasked."""
