"""The first page: what Limn is, and the shortest way to a first result or back to the last one."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from pages._ui import nav, words
from pages._ui.format import ago, count
from pages._ui.job_monitor import state_badge
from pages._ui.loaders import store
from pages._ui.samples import SAMPLES, Sample, add_sample
from pages._ui.texts import plain

_LATEST = 3


def page() -> None:
    """Draw the page."""
    datasets = store().artifacts("dataset")
    st.title("Text, drawn in light" if not datasets else "Welcome back", anchor=False)
    st.markdown(
        "Limn trains classifiers on your news, reviews or papers and shows how well they do. "
        "All of it happens on this machine: no text leaves it, and what was computed once is kept."
    )
    if datasets:
        _go_on(datasets)
    st.subheader("Start with a sample set" if not datasets else "Add more", anchor=False)
    grid = st.grid(3, min_column_width=260)
    with grid:
        for sample in SAMPLES:
            _card(sample)
    st.space("small")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown("**Or bring your own file**")
            st.caption("CSV, TSV, JSON, JSON lines, Parquet, Excel or plain text, also compressed.")
        if st.button("Bring a file", type="primary", icon=":material/upload_file:"):
            nav.go("data", new="1")


def _card(sample: Sample) -> None:
    with st.container(border=True):
        st.markdown(f"**{sample.icon} {sample.title}**")
        st.caption(sample.about)
        if st.button(
            f"Try {sample.name}",
            key=f"try-{sample.name}",
            help="Adds the sample set, then opens it. Takes a few seconds.",
        ):
            nav.go("data", job=add_sample(sample).id)


def _go_on(datasets: list) -> None:
    active = [job for job in jobs.jobs(store()) if job.active]
    for job in active[:_LATEST]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{words.verb(job.request.verb)}**", width="content")
            state_badge(job)
            nav.link("runs", "See how far it is")
    latest = [*datasets[:_LATEST], *store().artifacts("model")[:_LATEST]]
    with st.container(border=True, gap="xsmall"):
        for found in latest:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                where = "data" if found.kind == "dataset" else "predict"
                if nav.exists(where):
                    nav.link(where, plain(found.title), width=240, **{found.kind: found.key})
                else:
                    st.markdown(plain(found.title), width="content")
                rows = found.facts.get("rows")
                about = [words.kind(found.kind), count(rows, "row") if rows else ""]
                about.append(ago(found.manifest.created))
                st.caption(" · ".join(part for part in about if part), width="content")


nav.show(page)
