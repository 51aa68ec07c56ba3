"""Reduced points and vectors in, which document is in which topic, at every level, out."""
