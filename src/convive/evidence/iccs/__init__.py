"""Offences: the classes of ICCS, guesses at that of a local word, and a pack's `offences.csv`."""
