"""A classifier in, the text to explain out: typed, an example, or what the address names."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.store import Artifact
from pages._ui.examples import examples
from pages._ui.explain.way import BOX, MOST_IN_ADDRESS
from pages._ui.loaders import artifact
from pages._ui.texts import plain, short

_GIVEN, _OPENED = "explain-given", "explain-opened"
_MOST = 60_000


def text_box(found: Artifact) -> str:
    """Draw the box and the examples; what stands in it is in the address as ?text= while short.

    ?dataset= and ?row= fill it with that row's text. A first visit finds an example in it.
    """
    offered = examples(found)
    _fill(offered)
    text = st.text_area(
        "Text", key=BOX, height=118, max_chars=_MOST, on_change=_told, persist_state="session",
        placeholder="Type or paste a text, then press Ctrl+Enter",
        help="Explained as soon as you leave the box or press Ctrl+Enter.",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Explain", type="primary", icon=":material/lightbulb:", key="explain-now")
        others = [(n, one) for n, one in enumerate(offered) if one != text]
        if others:
            st.caption("or try:", width="content")
        for n, one in others:
            st.button(
                plain(short(one, 22)), key=f"explain-example-{n}", help=plain(short(one, 300)),
                type="tertiary", on_click=set_text, args=(one,),
            )  # fmt: skip
    return text or ""


def set_text(text: str) -> None:
    """Put `text` into the box; for a button's ``on_click``."""
    st.session_state[BOX] = text
    _told()


def _fill(offered: list[str]) -> None:
    """What stands in the box before it is drawn."""
    address = st.query_params
    asked = (address.get("text", ""), address.get("dataset", ""), address.get("row", ""))
    if any((asked[0], asked[1] and asked[2])) and st.session_state.get(_OPENED) != asked:
        st.session_state[_OPENED] = asked
        text = asked[0] or _of_row(asked[1], asked[2])
        if text:
            st.session_state[BOX] = text
            return
    before = st.session_state.get(BOX)
    # An example that nobody changed makes room for one of another classifier.
    if before is None or (before == st.session_state.get(_GIVEN) and before not in offered):
        st.session_state[BOX] = st.session_state[_GIVEN] = max(offered, key=len, default="")


def _told() -> None:
    """Keep the address in step with the box."""
    text = st.session_state.get(BOX) or ""
    for name in ("dataset", "row"):
        st.query_params.pop(name, None)
    if text and len(text) <= MOST_IN_ADDRESS:
        st.query_params["text"] = text
    else:
        st.query_params.pop("text", None)
    st.session_state[_OPENED] = (st.query_params.get("text", ""), "", "")


def _of_row(dataset: str, row: str) -> str:
    """The text of a dataset's row; "" and a sentence where there is none."""
    found = artifact(dataset, "dataset")
    text = _row(str(found.path / "rows.parquet"), int(row)) if found and row.isdigit() else ""
    if not text:
        st.info("The row that the address names is not here any more; type a text instead.")
    return text


@st.cache_data(max_entries=50, show_spinner=False)
def _row(path: str, row: int) -> str:
    from engine.data import table

    found = table.page(Path(path), columns=("text",), where={"row": row}, limit=1).to_pylist()
    return str(found[0]["text"] or "") if found else ""
