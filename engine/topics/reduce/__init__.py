"""Vectors in, the same documents in few dimensions out; one file for each outside library."""
