"""A training and a budget in, the best of many out."""
