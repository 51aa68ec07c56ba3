"""What a classifier said in, how far it can be trusted out. Importing it costs nothing."""
