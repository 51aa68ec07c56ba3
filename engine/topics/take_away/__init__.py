"""Topics in, what works without Limn out: one web page of the map, a folder for BERTopic."""
