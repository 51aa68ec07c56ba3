"""Texts in, the words that tell topics apart out: counts, c-TF-IDF, re-ranking, names."""
