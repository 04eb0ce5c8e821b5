"""The desk: the pages on which a person brings in a file, and what they rest on."""
