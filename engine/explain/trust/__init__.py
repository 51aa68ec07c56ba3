"""An attribution in, what speaks for believing it and what against it out."""
