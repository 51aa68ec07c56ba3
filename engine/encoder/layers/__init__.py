"""Parts of an encoder replaced by quicker ones that compute the same, or nearly (int8)."""
