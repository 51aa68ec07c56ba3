"""Labelled datasets in, classifiers and honest scores out. Importing it costs nothing."""
