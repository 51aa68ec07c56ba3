"""A training in, its first batch and what it would take out, before time is spent."""
