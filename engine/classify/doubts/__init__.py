"""A labelled dataset in, its labels ranked by how likely they are wrong out."""
