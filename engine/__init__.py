"""Limn's engine: all that computes. It never imports Streamlit; importing it costs nothing."""

__version__ = "0.1.0"
