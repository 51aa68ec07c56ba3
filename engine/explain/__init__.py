"""A classifier or topics in, why they said what they said out, and how far to believe it."""
