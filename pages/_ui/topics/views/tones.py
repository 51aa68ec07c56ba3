"""How many things are drawn in, as many colours for the page as it is, light or dark, out."""

from __future__ import annotations

import streamlit as st

from engine.figures.map_colours import palette_of


def dark() -> bool:
    """Whether the page is dark."""
    return st.context.theme.type == "dark"


def tones(count: int) -> list[str]:
    """`count` colours ("#RRGGBB") that stay apart.

    The map's own are alike where topics lie side by side, which lines and bands of a few topics
    must not be.
    """
    side = 1 if dark() else 0
    return ["#{:02X}{:02X}{:02X}".format(*pair[side]) for pair in palette_of(count)]
