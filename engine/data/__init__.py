"""Files in, data sets out: read, detect, clean, audit, profile and split."""
