"""One application per noun of the field."""
