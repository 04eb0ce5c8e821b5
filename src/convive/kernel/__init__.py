"""What every part stands on: errors, periods, figures, the home directory and the journal."""
