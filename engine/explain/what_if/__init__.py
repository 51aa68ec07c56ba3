"""A text and its answer in, what would change the answer, and what taught it, out."""
