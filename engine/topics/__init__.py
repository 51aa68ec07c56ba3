"""Vectors in, topics out: reduce, cluster, describe, edit, judge, assign."""
