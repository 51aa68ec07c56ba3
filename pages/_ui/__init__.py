"""Parts that pages share. One part a file; none computes, each shows."""
