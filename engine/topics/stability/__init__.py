"""Topics in, how surely each would be found again out."""
