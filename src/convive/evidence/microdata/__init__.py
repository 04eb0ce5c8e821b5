"""Surveys with one row for each respondent: their sample, their questions, their answers."""
