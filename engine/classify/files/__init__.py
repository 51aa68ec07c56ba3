"""A whole file and a classifier in, the same rows with predictions out. Importing costs nothing."""
