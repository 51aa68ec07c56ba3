"""Opened topics in, how good they are and what else they could be, on the page, out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine import jobs
from engine.figures.base import CONFIG
from engine.figures.topic_levels import levels_figure
from engine.topics.quality.spec import CoherenceSpec
from engine.topics.spec import TopicsSpec
from engine.topics.wish import wish_of
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.forms import command_line
from pages._ui.loaders import made, payload_json, store
from pages._ui.topics.in_place import at_work, begin
from pages._ui.topics.opened import Opened
from pages._ui.topics.quality.numbers import against_labels, by_words, scored
from pages._ui.topics.quality.quality_table import quality_table
from pages._ui.topics.quality.stability_view import stability_view
from pages._ui.topics.quality.sweep_view import sweep_view


def quality_part(now: Opened) -> None:
    """Draw it."""
    levels = _levels(now)
    with st.grid(3, min_column_width=260):
        for value, name, sentence in _numbers(now, levels):
            with st.container(gap=None):
                st.metric(name, value)
                st.caption(sentence)
    _coherence(now)
    st.subheader("Topic by topic", anchor=False)
    quality_table(now)
    st.subheader("Would they be found again?", anchor=False)
    with boundary():
        stability_view(now)
    st.subheader("Other numbers of topics", anchor=False)
    if levels:
        _other(now, levels)
    else:
        st.caption("These topics were not merged from finer ones, so there are no levels to see.")
    st.subheader("The least size of a topic", anchor=False)
    with boundary():
        sweep_view(now)


def _numbers(now: Opened, levels: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    said = [
        (f"{now.topics.outlier_share:.1%}", "In no topic", "Fewer is not always better: these "
         "documents are like no topic.")
    ]  # fmt: skip
    words = by_words(now)
    if words.diversity is not None:
        said.append((f"{words.diversity:.2f}", "Diversity", "Share of the topics' words that "
                     "differ; near 1 each topic has its own."))  # fmt: skip
    if words.npmi is not None:
        said.append((f"{words.npmi:.2f}", "Coherence (NPMI)", "How much a topic's words are in the "
                     "same documents; 0 is chance, 1 is always."))  # fmt: skip
    read = made(CoherenceSpec(topics=now.artifact.key))
    if read and read.facts.get("c_v") is not None and now.version == "0":
        said.append((f"{read.facts['c_v']:.2f}", "Coherence (C_V)", "How alike the company is that "
                     "a topic's words keep, within 110 words; 0 to 1."))  # fmt: skip
    at = next((row for row in levels if row["topics"] == len(now.topics.found)), None)
    if at and now.version == "0":
        said.append((f"{at['silhouette']:.3f}", "Silhouette", "How much nearer documents are to "
                     "their own topic than to the next one, -1 to 1; 0 is between."))  # fmt: skip
    if measured := scored(now):
        said.append((f"{measured.survival:.0%}", "Found again", f"Share of {measured.refits} "
                     "re-fits that a topic comes back in, on average."))  # fmt: skip
    if now.projection and (kept := now.projection.facts.get("kept")) is not None:
        said.append((f"{kept:.0%}", "Kept on the map", "Share of each document's 15 nearest that "
                     "are near it on the map too; the topics do not depend on it."))  # fmt: skip
    return said + _labelled(now)


def _labelled(now: Opened) -> list[tuple[str, str, str]]:
    agreed = against_labels(now)
    if agreed is None:
        return []
    against = f"{agreed.documents:,} documents in {agreed.categories:,} categories"
    return [
        (f"{agreed.nmi:.2f}", "Labels: NMI", f"Against {against}; 1 if topics and labels tell the "
         "same, 0 if nothing. The V-measure is the same number."),
        (f"{agreed.ari:.2f}", "Labels: ARI", "Pairs of documents put together by both; 0 is "
         "chance, 1 is the same groups."),
        (f"{agreed.homogeneity:.2f}", "Labels: homogeneity", "1 where each topic holds one "
         "category only; more topics make it larger."),
        (f"{agreed.completeness:.2f}", "Labels: completeness", "1 where each category is in one "
         "topic only; fewer topics make it larger."),
    ]  # fmt: skip


def _coherence(now: Opened) -> None:
    """The way to C_V, which reads every text; nothing where it is known."""
    if at_work("coherence", title="Measuring coherence"):
        return
    spec = CoherenceSpec(topics=now.artifact.key)
    if made(spec):
        if now.version != "0":
            st.caption(
                "Coherence by C_V was measured before your edits, so it is not shown; NPMI is of "
                "the topics as they stand."
            )
    elif now.rows and st.button(
        "Measure C_V too", icon=":material/menu_book:", key="measure-coherence",
        help="The other usual measure of coherence; it reads every text once, 5,000 or so a "
        "second. The topics are taken as they were found.",
    ):  # fmt: skip
        begin(spec, "coherence")


def _levels(now: Opened) -> list[dict[str, Any]]:
    if not (now.artifact.path / "levels.json").exists():
        return []
    found: list[dict[str, Any]] = payload_json(now.artifact, "levels.json")
    return found


def _asked(now: Opened) -> dict[str, Any]:
    return wish_of(store(), now.artifact).model_dump()


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
        number = st.number_input(
            "Topics", topics[0], topics[-1], min(max(len(now.topics.found), topics[0]), topics[-1]),
            key="level", width=160,
        )  # fmt: skip
        wish = {**_asked(now), "topics": int(number), "min_cluster_size": 0}
        if wish.get("cluster") == "plscan":  # it takes no number
            wish["cluster"] = "hdbscan"
        spec = TopicsSpec.parse(wish)
        if st.button("Take this level", icon=":material/play_arrow:", key="take-level"):
            name = store().free_name(f"{now.artifact.title}-{int(number)}")
            nav.go("topics", job=jobs.submit(spec, store=store(), name=name).id)
    st.caption("It makes new topics; these and their edits stay as they are.")
    command_line(spec)
