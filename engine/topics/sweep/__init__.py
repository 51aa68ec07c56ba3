"""Topics in, what other least sizes of a topic would give out."""
