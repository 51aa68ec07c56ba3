"""Opened topics in; their tree with a cut to merge at, and how alike they are, out."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from engine.figures.topic_tree import clicked, tree_figure
from engine.topics.edit.edits import Merge
from engine.topics.views.hierarchy import Hierarchy, hierarchy, joint_words, topic_counts
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.texts import plain
from pages._ui.topics.edit.editing import context_of, make
from pages._ui.topics.edit.topic_actions import pinned_in
from pages._ui.topics.opened import Opened
from pages._ui.topics.views.likeness_view import likeness_view
from pages._ui.topics.views.marked import clickable, marked
from pages._ui.topics.views.tones import tones

_METHODS = {
    "average": ("Average", "How unlike (mean 1 − cosine)"),
    "ward": ("Ward", "How unlike (Ward)"),
}
_TONES, _SHARE, _TALL = 8, 0.75, 900


def tree_part(now: Opened) -> None:
    """Draw it."""
    k = len(now.topics.found)
    if k < 3:
        st.info("A tree needs at least three topics; there are not so many here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        left = st.slider(
            "Topics left at the cut", 1, k - 1, max(1, round(_SHARE * k)), key=f"cut-{now.key}",
            width=360, help="The dotted line: what meets to the left of it is one topic then.",
        )  # fmt: skip
        method = st.segmented_control(
            "Likeness of branches", list(_METHODS), default="average", required=True,
            key="tree-by", format_func=lambda name: _METHODS[name][0],
            help="Average: how alike their topics are in the mean. Ward: branches of like sizes.",
        )  # fmt: skip
    found = _tree(now.key, method or "average", now)
    branches = found.branches(left)
    _drawn(now, found, branches, left, method or "average")
    with boundary():
        _at_cut(now, branches)
    st.subheader("How alike topics are", anchor=False)
    with boundary():
        likeness_view(now, found.order)


def _drawn(
    now: Opened, found: Hierarchy, branches: list[tuple[int, ...]], left: int, method: str
) -> None:
    key = f"tree-{now.key}-{method}"
    at = marked(key)

    def read(points: Any) -> tuple[int, int] | None:
        step = clicked(points)
        return (0, step) if step is not None else None

    figure = tree_figure(
        found.merges,
        found.order,
        [topic.name for topic in now.topics.found],
        [topic.size for topic in now.topics.found],
        branches=branches,
        cut=found.height(left),
        tones=tones(_TONES),
        unlike=_METHODS[method][1],
        chosen=at[1] if at else None,
    )
    tall = figure.layout.height > _TALL
    with st.container(height=_TALL if tall else "content", border=tall):
        clickable(figure, key=key, read=read, alt="Tree of the topics by how alike they are.")
    if at is None:
        st.caption("Click a point where two branches meet to see them as one topic.")
        return
    inside = next(b for b in _after(found, at[1]))
    with boundary():
        _one(now, inside)


def _after(found: Hierarchy, step: int) -> list[tuple[int, ...]]:
    """The branch that merge `step` makes, first."""
    k = len(found.order)
    made = set(found.branches(k - step - 1)) - set(found.branches(k - step))
    return list(made)


def _one(now: Opened, inside: tuple[int, ...]) -> None:
    """What a clicked merge would be as one topic."""
    others = [n for n in range(len(now.topics.found)) if n not in inside]
    words = joint_words(
        _counts(now.key, now), context_of(now.artifact.key).words.vocabulary,
        [inside, *((n,) for n in others)],
    )[0]  # fmt: skip
    documents = sum(now.topics.found[n].size for n in inside)
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**{plain(', '.join(word for word, _ in words))}**  \n"
            f"{count(len(inside), 'topic')}, {count(documents, 'document')}: "
            + plain(" · ".join(now.topics.found[n].name for n in inside))
        )
        free = _free(now, inside)
        if st.button(
            f"Merge these {len(free)}", icon=":material/merge:", key="merge-branch",
            disabled=len(free) < 2, type="primary",
        ):  # fmt: skip
            make(now.artifact, _merge(now, free))


def _at_cut(now: Opened, branches: list[tuple[int, ...]]) -> None:
    joining = [branch for branch in branches if len(branch) > 1]
    words = joint_words(
        _counts(now.key, now), context_of(now.artifact.key).words.vocabulary, branches
    )
    said = dict(zip(branches, words, strict=True))
    topics = now.topics.found
    joining.sort(key=lambda branch: -sum(topics[n].size for n in branch))
    st.markdown(
        f"**{count(len(branches), 'topic')} at this cut**: {len(joining)} made of several topics, "
        f"{len(branches) - len(joining)} as they are."
    )
    st.dataframe(
        {
            "Joint words": [", ".join(word for word, _ in said[branch]) for branch in joining],
            "Joins": [" · ".join(topics[n].name for n in branch) for branch in joining],
            "Topics": [len(branch) for branch in joining],
            "Documents": [sum(topics[n].size for n in branch) for branch in joining],
        },
        hide_index=True,
        height=min(38 + 35 * len(joining), 320),
        column_config={
            "Joint words": st.column_config.TextColumn(width="large"),
            "Joins": st.column_config.TextColumn(width="large"),
            "Documents": st.column_config.NumberColumn(format="localized"),
        },
        key=f"cut-table-{now.key}",
    )
    free = [part for branch in joining if len(part := _free(now, branch)) > 1]
    held = sum(len(branch) for branch in joining) - sum(map(len, free))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            # A key for these topics: edited elsewhere since, they are not merged at a cut unseen.
            "Merge at this cut", icon=":material/merge:", key=f"merge-cut-{now.key}",
            disabled=not free,
            help="Each branch becomes one topic. One undo takes the whole cut back.",
        ):  # fmt: skip
            make(now.artifact, *(_merge(now, part) for part in free))
        if held:
            st.caption("Pinned topics stay as they are.")


def _merge(now: Opened, places: tuple[int, ...]) -> Merge:
    """Into the largest."""
    found = sorted((now.topics.found[n] for n in places), key=lambda topic: -topic.size)
    return Merge(into=tuple(topic.id for topic in found))


def _free(now: Opened, places: tuple[int, ...]) -> tuple[int, ...]:
    held = pinned_in(now)
    return tuple(n for n in places if now.topics.found[n].id not in held)


@st.cache_resource(max_entries=6, show_spinner=False)
def _tree(key: str, method: Any, _now: Opened) -> Hierarchy:
    return hierarchy(np.asarray(_now.topics.centroids), method=method)


@st.cache_resource(max_entries=2, show_spinner="Counting the words of the topics")
def _counts(key: str, _now: Opened) -> Any:
    words = context_of(_now.artifact.key).words
    return topic_counts(words, _now.topics.assigned, _now.topics.ids)
