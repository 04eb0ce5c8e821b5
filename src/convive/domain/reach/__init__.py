"""People: how many different ones were reached, without a list that is seen by another."""
