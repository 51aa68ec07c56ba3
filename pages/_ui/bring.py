"""Step 1: a file from the browser, this server, the samples or the public in, an import job out."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine import jobs
from engine.settings import settings
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.files import allowed_file, keep_upload, listed_files
from pages._ui.loaders import store
from pages._ui.samples import SAMPLES, add_sample
from pages._ui.texts import plain

_FORMATS = (
    "CSV, TSV, JSON, JSON lines, Parquet, Excel or plain text; also as .gz, .xz, .zst or .zip."
)


def bring() -> None:
    """The four ways to bring texts; each leaves for the job it started."""
    tabs = st.tabs(["Upload", "Sample sets", "Public datasets", "Path on this server"], key="bring")
    for tab, draw in zip(tabs, (_upload, _samples, _public, _path), strict=True):
        with tab, boundary():
            draw()


def read_file(path: str, **options: str) -> None:
    """Start reading a file, and leave for the job."""
    from engine.data.spec_source import SourceSpec

    # A name of its own kind, so that the dataset made from it can have the plain one.
    name = store().free_name(f"{Path(path).name.split('.')[0]} file")
    job = jobs.submit(SourceSpec.parse({"path": path, **options}), store=store(), name=name)
    nav.go("data", job=job.id)


def _upload() -> None:
    turn = st.session_state.setdefault("upload-turn", 0)
    limit = settings().upload_mib
    file = st.file_uploader(
        "A file from your computer",
        key=f"upload-{turn}",
        max_upload_size=limit,
        help=f"Up to {limit:,} MiB. It goes to the machine Limn runs on and nowhere else.",
    )
    st.caption(_FORMATS)
    if file is None:
        return
    with st.spinner("Keeping the file"):
        path = keep_upload(file, file.name)
    # A new key empties the widget, and with it the copy of the file in the server's memory.
    st.session_state["upload-turn"] = turn + 1
    read_file(str(path))


def _samples() -> None:
    st.caption("Small sets written for Limn, ready to train on. One click adds one.")
    with st.grid(3, min_column_width=240):
        for sample in SAMPLES:
            with st.container(border=True):
                st.markdown(f"**{sample.icon} {sample.title}**")
                st.caption(sample.about)
                if st.button(f"Add {sample.name}", key=f"add-{sample.name}"):
                    nav.go("data", job=add_sample(sample).id)


def _public() -> None:
    from engine.data.fetch import PUBLIC
    from engine.data.spec_fetch import FetchSpec

    st.caption("Downloaded from their publishers by their own clients; this needs the internet.")
    with st.grid(3, min_column_width=240):
        for name, dataset in PUBLIC.items():
            with st.container(border=True):
                st.markdown(f"**{plain(dataset.title)}**")
                st.caption(plain(dataset.description))
                st.caption(plain(f"{dataset.size} · licence: {dataset.licence}"))
                if st.button("Download", key=f"fetch-{name}", icon=":material/download:"):
                    spec = FetchSpec(public=name)
                    named = store().free_name(f"{dataset.title} file")
                    nav.go("data", job=jobs.submit(spec, store=store(), name=named).id)


def _path() -> None:
    folders = settings().folders
    if not folders:
        st.info(
            "Opening files by their path is switched off. Whoever runs this server can name the "
            'folders that may be opened: a line `folders = ["/data/texts"]` in limn.toml.'
        )
        return
    found = listed_files(folders)
    asked = st.selectbox(
        "File on this server",
        found,
        index=None,
        accept_new_options=True,
        placeholder="Choose a file, or type its path",
        help="Only files below: " + plain(", ".join(map(str, folders))),
    )
    st.caption("For files too large to upload: nothing is copied through the browser.")
    if st.button("Read this file", type="primary", disabled=not asked):
        read_file(str(allowed_file(str(asked), folders)))
