"""Topics in, names that a language model proposes for them out, each checked."""
