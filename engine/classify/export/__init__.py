"""A classifier in, folders that other programs load out. Importing it costs nothing."""
