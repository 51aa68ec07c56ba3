"""Topics and more documents in, the same topics over all of them out. Ids and places stay."""
