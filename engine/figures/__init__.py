"""Arrays in, charts out; one chart a file. Importing it costs nothing."""
