"""Topics and their documents in, what a view shows of them out: trends, tree, likeness, reasons."""
