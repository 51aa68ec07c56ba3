"""Texts in, tokens and vectors out. Importing it costs nothing."""
