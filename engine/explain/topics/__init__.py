"""Topics and their documents in, why a document, a selection or a topic is what it is out."""
