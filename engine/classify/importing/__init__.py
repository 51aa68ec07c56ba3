"""A folder from elsewhere in, a classifier out."""
