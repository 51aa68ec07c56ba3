"""A few views in, the one the address names out, and buttons that change it.

Streamlit's own binding writes an option's words into the address; a link from another page wants
its short name.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def in_address(label: str, named: Mapping[str, str], *, param: str, first: str = "") -> str:
    """Draw the buttons; the short name of the chosen view is in the address as ?param=.

    Args:
        label: Of the buttons, for a screen reader.
        named: Short names to words.
        param: The query parameter.
        first: The view of an address that names none; the first of `named` where empty.
    """
    first, widget = first or next(iter(named)), f"view-{param}"
    wanted = st.query_params.get(param, first)
    st.session_state[widget] = wanted if wanted in named else first

    def keep() -> None:
        if (picked := st.session_state[widget]) != first:
            st.query_params[param] = picked
        else:
            st.query_params.pop(param, None)

    picked = st.segmented_control(
        label, list(named), key=widget, required=True, on_change=keep, wrap=True,
        format_func=named.__getitem__, label_visibility="collapsed",
    )  # fmt: skip
    return picked or first
