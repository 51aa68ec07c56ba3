"""Limn's engine: everything that computes. It never imports Streamlit, and importing it costs nothing."""

__version__ = "0.1.0"
