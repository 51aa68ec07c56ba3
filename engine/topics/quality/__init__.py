"""Topics in, numbers that say how good they are out."""
