"""A run in, buttons that hand out its driving words as CSV, Excel and Parquet, out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from pages._ui.explain.corpus.opened import Run
from pages._ui.loaders import store

_MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def take(run: Run) -> None:
    """Draw them in a popover."""
    from engine.explain.corpus.take_away import FILE

    rows = run.found.path / FILE
    with st.popover("Download the words", icon=":material/download:"):
        st.caption(
            "A line for each category and word: texts, mean and total with their 95 % intervals, "
            "what counting says, and what kind of word it is."
        )
        for ending, name in (("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet")):
            st.download_button(
                name, partial(_file, str(rows), ending), mime=_MIME[ending], on_click="ignore",
                file_name=f"{run.model.title}-words.{ending}", key=f"take-words-{ending}",
                width="stretch",
            )  # fmt: skip


def _file(rows: str, ending: str) -> bytes:
    """The file, made when the button is pressed."""
    from engine.data.files.write import write_file

    with store().temporary() as folder:
        write_file(Path(rows), folder / f"words.{ending}", store=store())
        return (folder / f"words.{ending}").read_bytes()
