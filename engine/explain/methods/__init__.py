"""A text and a number that is explained in, what each word adds to it out: one method a file."""
