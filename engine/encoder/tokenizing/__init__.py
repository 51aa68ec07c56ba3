"""Texts in, token ids out: exactly the tokenizer's, quickly, and kept once for every stage."""
