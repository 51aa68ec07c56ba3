"""Step 1: a file from the browser, this server, the samples or the public in, an import job out."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from pages._ui import nav
from pages._ui.bring_file import bring_file, start_reading
from pages._ui.loaders import store
from pages._ui.samples import SAMPLES, add_sample
from pages._ui.texts import plain


def bring() -> None:
    """The four ways to bring texts; each leaves for the job it started."""
    own = {"Sample sets": _samples, "Public datasets": _public}
    bring_file("upload", _watch, between=own)


def read_file(path: str, **options: str) -> None:
    """Start reading a file, and leave for the job."""
    _watch(start_reading(path, **options))


def _watch(job_id: str) -> None:
    nav.go("data", job=job_id)


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
