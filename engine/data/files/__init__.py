"""A whole file through a stage: its rows in windows, what is made of them, and the file out."""
