"""A file from the browser, from this server or from elsewhere in, the job that reads it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from engine import jobs
from engine.settings import settings
from pages._ui.boundary import boundary
from pages._ui.files import allowed_file, keep_upload, listed_files
from pages._ui.loaders import store
from pages._ui.pickers import describe
from pages._ui.texts import plain

_FORMATS = (
    "CSV, TSV, JSON, JSON lines, Parquet, Excel or plain text; also as .gz, .xz, .zst or .zip."
)


def bring_file(
    key: str, begun: Callable[[str], None], *, between: Mapping[str, Callable[[], None]]
) -> None:
    """The ways to bring a file: upload, the page's own, and a path on this server.

    Args:
        key: Of the widgets; one for each page.
        begun: Told the id of the job that reads the file; it leads there.
        between: The page's own ways, by name; each draws itself.
    """
    ways = {
        "Upload": lambda: _upload(key, begun),
        **between,
        "Path on this server": lambda: _path(key, begun),
    }
    for tab, draw in zip(st.tabs(list(ways), key=f"{key}-ways"), ways.values(), strict=True):
        with tab, boundary():
            draw()


def start_reading(path: str, **options: str) -> str:
    """Start reading a file as a job; its id."""
    from engine.data.spec_source import SourceSpec

    # A name of its own kind, so that the dataset made from it can have the plain one.
    name = store().free_name(f"{Path(path).name.split('.')[0]} file")
    spec = SourceSpec.parse({"path": path, **options})
    return jobs.submit(spec, store=store(), name=name).id


def read_before(key: str, chosen: Callable[[str], None]) -> None:
    """The files that were read before; `chosen` is told the key of one, and leads there."""
    known = {one.key: one for one in store().artifacts("source")}
    if not known:
        st.caption("No file was read yet; upload one.")
        return
    picked = st.selectbox(
        "A file that was read before", list(known), format_func=lambda k: describe(known[k]),
        key=key,
    )  # fmt: skip
    if st.button("Choose it", type="primary", key=f"{key}-choose"):
        chosen(str(picked))


def _upload(key: str, begun: Callable[[str], None]) -> None:
    turn = st.session_state.setdefault(f"{key}-turn", 0)
    limit = settings().upload_mib
    file = st.file_uploader(
        "A file from your computer",
        key=f"{key}-{turn}",
        max_upload_size=limit,
        help=f"Up to {limit:,} MiB; larger files by their path on this server. It goes to the "
        "machine Limn runs on and nowhere else.",
    )
    st.caption(_FORMATS)
    if file is None:
        return
    with st.spinner("Keeping the file"):
        path = keep_upload(file, file.name)
    # A new key empties the widget, and with it the copy of the file in the server's memory.
    st.session_state[f"{key}-turn"] = turn + 1
    begun(start_reading(str(path)))


def _path(key: str, begun: Callable[[str], None]) -> None:
    folders = settings().folders
    if not folders:
        st.info(
            "Opening files by their path is switched off. Whoever runs this server can name the "
            'folders that may be opened: a line `folders = ["/data/texts"]` in limn.toml.'
        )
        return
    asked = st.selectbox(
        "File on this server",
        listed_files(folders),
        index=None,
        accept_new_options=True,
        placeholder="Choose a file, or type its path",
        help="Only files below: " + plain(", ".join(map(str, folders))),
        key=f"{key}-path",
    )
    st.caption("For files of any size: nothing is copied through the browser.")
    if st.button("Read this file", type="primary", disabled=not asked, key=f"{key}-read"):
        begun(start_reading(str(allowed_file(str(asked), folders))))
