"""Opened topics and another find of topics in the same texts in, what became of each one out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.figures.base import CONFIG
from engine.figures.topic_flow import flow_figure, shown_flows
from engine.store import Artifact
from engine.topics.made_of import rows_of
from engine.topics.topics import Topics
from engine.topics.views.two_runs import Became, Flows, became, flows, shared_documents
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.loaders import artifact, store
from pages._ui.texts import plain
from pages._ui.topics.edit.editing import standing
from pages._ui.topics.new.became_view import became_view, fresh_view
from pages._ui.topics.opened import Opened
from pages._ui.topics.views.tones import dark, tones

_PARAM = "with"
_FITTING = 40


def compare_part(now: Opened) -> None:
    """Draw it; the other one stands in the address (?with=)."""
    if now.rows is None or now.dataset is None:
        st.info("The dataset of these topics is not here any more, so its texts cannot be matched.")
        return
    other = _picked(now)
    if other is None:
        st.info(
            "There are no other topics yet. Find topics of these texts again, with other choices, "
            "to see which ones stay.",
            icon=":material/compare_arrows:",
        )
        return
    with boundary():
        _compared(now, other)


def _picked(now: Opened) -> Artifact | None:
    """The other one: of the same dataset first, then of any."""
    mine = str(now.dataset.key) if now.dataset else ""
    others = [one for one in store().artifacts("topics") if one.key != now.artifact.key]
    others.sort(key=lambda one: f"dataset/{mine}" not in one.manifest.inputs.values())
    if not others:
        return None
    named = {one.key: one for one in others}
    asked = artifact(st.query_params.get(_PARAM), "topics")
    if st.query_params.get(_PARAM) and (asked is None or asked.key not in named):
        itself = asked is not None and asked.key == now.artifact.key
        st.info(
            "Topics cannot be compared with themselves; others are shown."
            if itself
            else "What the address names is not here any more; another one is shown."
        )
        del st.query_params[_PARAM]
    key = f"with-{now.artifact.key}"
    if asked is not None and asked.key in named and key not in st.session_state:
        st.session_state[key] = asked.key

    def keep() -> None:
        st.query_params[_PARAM] = st.session_state[key]

    picked = st.selectbox(
        "Compare with", list(named), key=key, on_change=keep, width=420,
        format_func=lambda k: _said(named[k], mine),
        help="Topics of the same texts first. Of others, those texts count that are in both.",
    )  # fmt: skip
    return named[picked] if picked else None


def _said(one: Artifact, dataset: str) -> str:
    parts = [one.title, count(one.facts.get("n_topics", 0), "topic")]
    if f"dataset/{dataset}" not in one.manifest.inputs.values():
        parts.append("of other texts")
    return " · ".join(parts)


def _compared(now: Opened, other: Artifact) -> None:
    theirs, version = standing(other)
    rows = str(rows_of(store(), other))
    shared, found = _flows(now.key, f"{other.key}-{version}", str(now.rows), rows, now, theirs)
    after, before = became(found), became(found.turned())
    _numbers(now, other, found)
    st.markdown(plain(_told(now, theirs, after, before)))
    _drawn(now, theirs, found, other.title)
    became_view(now, theirs, found, after, shared)
    fresh_view(theirs, found, before)


def _numbers(now: Opened, other: Artifact, found: Flows) -> None:
    n = found.documents
    lost = int(found.counts[:-1, -1].sum())
    gained = int(found.counts[-1, :-1].sum())
    rows: list[tuple[str, str, str]] = [
        ("Stay together", f"{found.stayed / n:.0%}", "Documents whose topic has a counterpart and "
         "that are in it, or that are in no topic both times."),
        ("ARI", "–" if found.ari is None else f"{found.ari:.2f}", "Pairs of documents put together "
         "by both; 0 is chance, 1 the same groups. Documents in no topic are left out."),
        ("NMI", "–" if found.nmi is None else f"{found.nmi:.2f}", "What one tells of the other; "
         "0 is nothing, 1 all."),
        ("Lost / gained", f"{lost:,} / {gained:,}", f"{lost:,} are in a topic here and in none of "
         f"{plain(other.title)}; {gained:,} the other way round."),
    ]  # fmt: skip
    with st.grid(4, min_column_width=150):
        for label, value, told in rows:
            st.metric(label, value, help=told)
    if n < len(now.topics.assigned):
        st.caption(f"{count(n, 'document')} are in both; only those count here.")


def _told(now: Opened, theirs: Topics, after: list[Became], before: list[Became]) -> str:
    fates = [one.fate for one in after]
    new = sum(one.fate in ("left out", "scattered") for one in before)
    counts = [
        (fates.count("kept"), "there again"),
        (fates.count("joined"), "part of a larger one"),
        (fates.count("split"), "split into several"),
        (fates.count("scattered") + fates.count("left out"), "gone"),
    ]
    said = ", ".join(f"{n} {'is' if n == 1 else 'are'} {what}" for n, what in counts if n)
    said = said or "none is there again"
    told = f"{new} {'is' if new == 1 else 'are'} new" if new else "none is new"
    return (
        f"Of {count(len(after), 'topic')} here, {said}. "
        f"Of {count(len(theirs.found), 'topic')} there, {told}."
    )


def _drawn(now: Opened, theirs: Topics, found: Flows, title: str) -> None:
    k = len(now.topics.found)
    least = st.slider(
        "Leave out flows below this share of both topics", 0, 50, _least_for(found), 5,
        format="%d %%", key=f"flow-{now.artifact.key}", width=360,
    )  # fmt: skip
    if not len(shown_flows(found.counts, least / 100)[0]):
        st.caption("No flow is so large; take a smaller share.")
        return
    st.caption(plain(f"Left: the topics of {now.artifact.title}. Right: those of {title}."))
    figure = flow_figure(
        found.counts,
        ([t.name for t in now.topics.found], [t.name for t in theirs.found]),
        least=least / 100,
        tones=tones(k),
        dark=dark(),
    )
    st.plotly_chart(
        figure, config=CONFIG, key=f"flows-{now.key}",
        alt="Documents from the topics here to those of the other; the table below has the best "
        "counterpart of each.",
    )  # fmt: skip


def _least_for(found: Flows) -> int:
    """So many per cent that the diagram can be read."""
    for least in range(10, 55, 5):
        if len(shown_flows(found.counts, least / 100)[0]) <= _FITTING:
            return least
    return 50


@st.cache_resource(max_entries=4, show_spinner="Comparing the documents")
def _flows(
    mine: str, key: str, rows: str, other_rows: str, _now: Opened, _theirs: Topics
) -> tuple[Any, Flows]:
    shared = shared_documents(Path(rows), Path(other_rows))
    return shared, flows(_now.topics, _theirs, shared)
