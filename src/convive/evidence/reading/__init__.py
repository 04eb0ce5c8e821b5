"""From a file to rows: opened, unpacked, read by the rules of its source, bad rows set apart."""
