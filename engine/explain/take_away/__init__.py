"""An explanation in, what a person takes away of it out: sentences, a record, a table of words."""
