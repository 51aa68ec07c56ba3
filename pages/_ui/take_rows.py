"""A file's rows with new columns in, buttons that hand them out as CSV, Excel and Parquet out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from pages._ui.format import size
from pages._ui.loaders import store
from pages._ui.texts import plain

_IN_MEMORY = {"parquet": 300_000_000, "csv": 100_000_000, "xlsx": 15_000_000}
"""Largest rows.parquet, in bytes, that a button hands out in each format: the browser's copy stands
in the server's memory. Larger ones are written from a terminal."""
_MIME = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def take_rows(rows: Path, stem: str, *, added: str, command: str) -> None:
    """Draw the buttons.

    Args:
        rows: The Parquet file.
        stem: Name of the file that is handed out, without its ending.
        added: The columns that follow those of the file, in words.
        command: What writes any format from a terminal, where they are too large for the browser.
    """
    bytes_ = rows.stat().st_size
    too_large = []
    with st.container(horizontal=True, gap="small"):
        for kind, icon in (("csv", "csv"), ("xlsx", "table"), ("parquet", "database")):
            name = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}[kind]
            if bytes_ > _IN_MEMORY[kind] or (problem := _problem(rows, kind)):
                too_large.append(problem if bytes_ <= _IN_MEMORY[kind] else "")
                continue
            st.download_button(
                f"Download {name}",
                partial(_file, str(rows), kind),
                file_name=f"{stem}.{kind}",
                mime=_MIME[kind],
                icon=f":material/{icon}:",
                on_click="ignore",
                key=f"take-{kind}",
                type="primary" if kind == "csv" else "secondary",
            )
    st.caption(
        f"Every column of the file, then {added}. In CSV a text that begins like a formula gets a "
        "' in front, so that no spreadsheet runs it; Parquet keeps every cell as it is."
    )
    for problem in filter(None, too_large):
        st.caption(f":material/info: {plain(problem)}")
    if "" in too_large:
        st.info(
            f"{size(bytes_)} are too much for the browser in some formats. On the machine Limn "
            "runs on, this writes any of them:"
        )
        st.code(command, "bash")


def _problem(rows: Path, kind: str) -> str:
    from engine.data.files.write import check_output
    from engine.errors import InputError

    try:
        check_output(rows, rows.with_name(f"rows.{kind}"))
    except InputError as error:
        return str(error)
    return ""


def _file(rows: str, kind: str) -> bytes:
    """The file in that format, made when the button is pressed."""
    from engine.data.files.write import write_file

    if kind == "parquet":
        return Path(rows).read_bytes()
    with store().temporary() as folder:
        write_file(Path(rows), folder / f"rows.{kind}", store=store())
        return (folder / f"rows.{kind}").read_bytes()
