"""Backups: consistent copies of a home, sealed to a key that the home does not hold."""
