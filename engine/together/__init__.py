"""Several processes that do one piece of work: how they start, meet and part."""
