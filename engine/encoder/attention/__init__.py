"""Attention kernels behind one signature: which runs here, why, and what really ran."""
