"""A pile of texts becomes topics here: a map of every document, views, edits, quality.

The address says where a person is: ?dataset= (choose and start), ?job= (topics are being made),
?topics= (explore them), ?view= (which of the views), ?colour=, ?find= and ?by= (the map).
"""

from __future__ import annotations

import streamlit as st

from engine.jobs import State
from engine.store import Artifact
from engine.topics.topics import asked_of
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.format import ago, count
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import artifact, store
from pages._ui.pickers import artifact_picker
from pages._ui.texts import plain
from pages._ui.topics.document.document_part import asked_document, document_part
from pages._ui.topics.edit.edit_part import edit_part
from pages._ui.topics.edit.edits_bar import edits_bar, skipped_edits
from pages._ui.topics.known_topics import what_became
from pages._ui.topics.map.map_part import map_part
from pages._ui.topics.new.new_part import new_part
from pages._ui.topics.opened import Opened, opened
from pages._ui.topics.quality.quality_part import quality_part
from pages._ui.topics.quality.quality_strip import quality_strip
from pages._ui.topics.start_form import start_form
from pages._ui.topics.take_away_view import take_away_view
from pages._ui.topics.views.compare_part import compare_part
from pages._ui.topics.views.table_part import table_part
from pages._ui.topics.views.tree_part import tree_part
from pages._ui.topics.views.trends_part import trends_part

_VIEWS = {
    "map": ("Map", map_part),
    "table": ("Topics", table_part),
    "trends": ("Trends", trends_part),
    "tree": ("Tree", tree_part),
    "compare": ("Compare", compare_part),
    "quality": ("Quality", quality_part),
    "edit": ("Edit", edit_part),
    "new": ("New documents", new_part),
}


def page() -> None:
    """Draw the page."""
    asked = st.query_params
    if job_id := asked.get("job"):
        _at_work(job_id)
        return
    if reference := asked.get("topics"):
        if found := artifact(reference, "topics"):
            _explore(found)
            return
        st.info("The topics of this address are not here any more.")
    _start()


def _explore(found: Artifact) -> None:
    now = opened(found)
    if (place := asked_document(now)) is not None:
        document_part(now, place)
        return
    with st.container(gap=None):
        if st.button("All topics", type="tertiary", icon=":material/arrow_back:", key="back"):
            nav.stay(dataset=now.dataset.key if now.dataset else "")
        _heading(now)
        strip = st.empty()
        strip.caption("How good they are: one moment …")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        view = st.segmented_control(
            "View", list(_VIEWS), default="map", required=True, key="view", bind="query-params",
            format_func=lambda name: _VIEWS[name][0], label_visibility="collapsed", wrap=True,
        )  # fmt: skip
        with boundary():
            edits_bar(now)
        take_away_view(now)
    with boundary():
        skipped_edits(now)
    with boundary():
        _VIEWS[view or "map"][1](now)
    with strip.container(), boundary():  # last, so that a map need not wait for its numbers
        quality_strip(now)


def _heading(found: Opened) -> None:
    st.title(plain(found.artifact.title), anchor=False)
    topics = found.topics
    said = [
        count(len(topics.assigned), "document"),
        count(len(topics.found), "topic"),
        f"{topics.outlier_share:.1%} in no topic",
        f"made {ago(found.artifact.manifest.created)}",
    ]
    st.caption(plain(" · ".join(said)))
    what_became(found)
    if why := found.artifact.facts.get("why"):
        st.info(plain(why), icon=":material/info:")


def _start() -> None:
    st.title("Topics", anchor=False)
    st.markdown("See what a pile of texts is about: every document on a map, its topics by name.")
    dataset = artifact_picker("dataset", "Dataset", help="Newest first; labels are not needed.")
    if dataset is None:
        return
    start_form(dataset)
    _earlier(dataset)


def _earlier(dataset: Artifact) -> None:
    """The topics made of a dataset; choosing some opens them."""
    reference = f"dataset/{dataset.key}"
    made = [t for t in store().artifacts("topics") if reference in t.manifest.inputs.values()]
    if not made:
        return
    st.subheader(f"Topics of {plain(dataset.title)}", anchor=False)
    event = st.dataframe(
        {
            "Name": [t.title for t in made],
            "Topics": [t.facts.get("n_topics") for t in made],
            "In no topic": [t.facts.get("outlier_share") for t in made],
            "Encoder": [asked_of(t).get("encoder") for t in made],
            "Made": [t.manifest.created for t in made],
        },
        column_config={
            "In no topic": st.column_config.NumberColumn(format="percent"),
            "Made": st.column_config.DatetimeColumn(format="distance"),
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"topics-of-{dataset.key}",
    )
    st.caption("Choose a row to open it.")
    picked = [i for i in event["selection"]["rows"] if i < len(made)]
    if picked:
        nav.stay(topics=made[picked[0]].key)


def _at_work(job_id: str) -> None:
    st.title("Topics", anchor=False)
    job = job_monitor(job_id, title="Finding topics")
    if job and job.state in (State.DONE, State.STOPPED):
        nav.stay(topics=str(job.status.result.get("topics", "")))
    if job and job.active:
        st.caption("You can leave this page or close the browser; it goes on.")
    elif st.button("Back to the choices", type="tertiary", icon=":material/arrow_back:"):
        nav.stay(dataset=str(job.request.spec.get("dataset", "")) if job else "")


nav.show(page)
