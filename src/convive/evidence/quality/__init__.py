"""The quality report of a batch or of a source: measured, judged by rules, put into words."""
