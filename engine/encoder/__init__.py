"""Texts in, tokens and vectors out: encoders, packed batches, attention kernels. Importing it costs nothing."""
