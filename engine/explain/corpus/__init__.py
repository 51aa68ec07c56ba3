"""A classifier and a dataset in, the words that drive each category out."""
