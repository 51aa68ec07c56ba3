"""Opened topics in, how good they are and other numbers of topics, on the page, out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine import jobs
from engine.figures.base import CONFIG
from engine.figures.topic_levels import levels_figure
from engine.topics.spec import TopicsSpec
from pages._ui import nav
from pages._ui.forms import command_line
from pages._ui.loaders import payload_json, store
from pages._ui.topics.opened import Opened


def quality_part(now: Opened) -> None:
    """Draw it."""
    levels = _levels(now)
    with st.grid(3, min_column_width=260):
        for value, name, sentence in _numbers(now, levels):
            with st.container(gap=None):
                st.metric(name, value)
                st.caption(sentence)
    st.subheader("Other numbers of topics", anchor=False)
    if levels:
        _other(now, levels)
    else:
        st.caption("These topics were not merged from finer ones, so there are no levels to see.")


def _numbers(now: Opened, levels: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    said = [
        (f"{now.topics.outlier_share:.1%}", "In no topic", "Fewer is not always better: these "
         "documents are like no topic.")
    ]  # fmt: skip
    diverse, together = _by_words(now.key, now)
    if diverse is not None:
        said.append((f"{diverse:.2f}", "Diversity", "Share of the topics' words that differ; near "
                     "1 each topic has its own."))  # fmt: skip
    if together is not None:
        said.append((f"{together:.2f}", "Coherence (NPMI)", "How much a topic's words are in the "
                     "same documents; 0 is chance, 1 is always."))  # fmt: skip
    at = next((row for row in levels if row["topics"] == len(now.topics.found)), None)
    if at and now.version == "0":
        said.append((f"{at['silhouette']:.3f}", "Silhouette", "How much nearer documents are to "
                     "their own topic than to the next one, -1 to 1; 0 is between."))  # fmt: skip
    if now.projection and (kept := now.projection.facts.get("kept")) is not None:
        said.append((f"{kept:.0%}", "Kept on the map", "Share of each document's 15 nearest that "
                     "are near it on the map too; the topics do not depend on it."))  # fmt: skip
    if agreed := _agreement(now.key, now):
        against = f"{agreed.documents:,} documents in {agreed.categories:,} categories"
        said.append((f"{agreed.nmi:.2f}", "Labels: NMI", f"Against {against}; 1 if topics and "
                     "labels tell the same, 0 if nothing."))  # fmt: skip
        said.append((f"{agreed.ari:.2f}", "Labels: ARI", "Pairs of documents put together by both; "
                     "0 is chance, 1 is the same groups."))  # fmt: skip
    return said


@st.cache_data(max_entries=8, show_spinner=False)
def _by_words(key: str, _now: Opened) -> tuple[float | None, float | None]:
    """Diversity and mean NPMI of the topics as they stand."""
    import numpy as np

    from engine.topics.quality.coherence import diversity, npmi
    from engine.topics.words.counts import load_words

    topics = [[word for word, _ in topic.words] for topic in _now.topics.found]
    if not any(topics):
        return None, None
    made = [a for a in store().inputs(_now.artifact) if a.kind == "words"]
    if not made:
        return diversity(topics), None
    each = npmi(topics, load_words(made[-1]))
    known = each[np.isfinite(each)]
    return diversity(topics), float(known.mean()) if len(known) else None


@st.cache_data(max_entries=8, show_spinner=False)
def _agreement(key: str, _now: Opened) -> Any:
    import pyarrow.parquet as pq

    from engine.topics.quality.agreement import agreement

    if _now.rows is None:
        return None
    labels = pq.read_table(_now.rows, columns=["label"])["label"].to_pylist()
    return agreement(_now.topics.assigned, labels)


def _levels(now: Opened) -> list[dict[str, Any]]:
    if not (now.artifact.path / "levels.json").exists():
        return []
    found: list[dict[str, Any]] = payload_json(now.artifact, "levels.json")
    return found


def _asked(now: Opened) -> dict[str, Any]:
    return now.artifact.manifest.spec


def _other(now: Opened, levels: list[dict[str, Any]]) -> None:
    topics = [row["topics"] for row in levels]
    marked = next((row["topics"] for row in levels if row["chosen"]), None)
    figure = levels_figure(
        topics,
        [row["silhouette"] for row in levels],
        [row["smallest"] for row in levels],
        chosen=marked,
    )
    st.plotly_chart(figure, config=CONFIG, key=f"levels-{now.key}")
    st.caption("The orange point is the number that Limn takes by itself.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        asked = st.number_input(
            "Topics", topics[0], topics[-1], min(max(len(now.topics.found), topics[0]), topics[-1]),
            key="level", width=160,
        )  # fmt: skip
        spec = TopicsSpec.parse({**_asked(now), "topics": int(asked), "min_cluster_size": 0})
        if st.button("Take this level", icon=":material/play_arrow:", key="take-level"):
            name = store().free_name(f"{now.artifact.title}-{int(asked)}")
            nav.go("topics", job=jobs.submit(spec, store=store(), name=name).id)
    st.caption("It makes new topics; these and their edits stay as they are.")
    command_line(spec)
