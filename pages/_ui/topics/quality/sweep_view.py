"""Opened topics in; what every least size of a topic would give, as a picture, to take one, out."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.figures.base import CONFIG
from engine.figures.topic_sweep import sweep_figure
from engine.store import Artifact
from engine.topics.cluster.grains import least
from engine.topics.spec import TopicsSpec
from engine.topics.sweep.build import load_sweep
from engine.topics.sweep.plateau import Plateau, cliffs, plateau
from engine.topics.sweep.spec import SweepSpec
from engine.topics.sweep.sweep import Row
from engine.topics.wish import wish_of
from pages._ui import nav
from pages._ui.format import count
from pages._ui.forms import command_line
from pages._ui.loaders import made, store
from pages._ui.texts import plain
from pages._ui.topics.in_place import at_work, begin
from pages._ui.topics.opened import Opened

_PARAM = "sweep"


def sweep_view(now: Opened) -> None:
    """Draw it."""
    if at_work(_PARAM, title="Trying least sizes"):
        return
    wish = wish_of(store(), now.artifact)
    spec = SweepSpec(topics=now.artifact.key)
    found = made(spec)
    n = len(now.topics.assigned)
    if found is None:
        st.markdown(
            "How many topics there are hangs on how small one may be, and now and then a little "
            "more halves their number. Try many sizes and see where it is safe."
        )
        if st.button("Try many sizes", icon=":material/stacked_line_chart:", key="try-sizes"):
            begin(spec, _PARAM)
        command_line(spec)
    else:
        _picture(now, found, wish)
    st.caption(
        f"Left at 0, the least size is not set by hand: Limn looks for dense spots of at least "
        f"{least(n)} documents (a thousandth of {n:,}, from 5 to 100), merges them up to where "
        "topics lie apart and leaves at most a tenth of the documents out. A size above 0 is plain "
        "HDBSCAN, which leaves out all it is not sure of."
    )


def _picture(now: Opened, found: Artifact, wish: TopicsSpec) -> None:
    rows = _rows(found.key, found)
    if not any(row.topics for row in rows):
        st.info(
            "No size gives any topic: these documents have no dense spots that lie apart. Look "
            "closer with fewer neighbors, or ask for a number of topics."
        )
        return
    safe, falls = plateau(rows), cliffs(rows)
    st.markdown(_told(rows, safe, falls))
    figure = sweep_figure(
        rows, safe=safe, cliffs=falls, present=wish.min_cluster_size,
        topics_now=len(now.topics.found),
    )  # fmt: skip
    st.plotly_chart(
        figure, config=CONFIG, key=f"sweep-{now.key}-{found.key}",
        alt="Topics, share in no topic and agreement against the least size of a topic",
    )  # fmt: skip
    st.caption(
        "Agreement is the adjusted Rand index, 1 the same and 0 chance: with the same size after a "
        "reduction with another seed, with the next larger size, and with the topics as they were "
        "found. A document in no topic stands alone."
    )
    _take(now, rows, safe, wish)


def _take(now: Opened, rows: list[Row], safe: Plateau | None, wish: TopicsSpec) -> None:
    first = wish.min_cluster_size or (safe.best if safe else rows[len(rows) // 2].size)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        size = int(
            st.number_input(
                "Least size", 2, rows[-1].size, min(max(first, 2), rows[-1].size),
                key="least-size", width=160,
            )
        )  # fmt: skip
        spec = TopicsSpec.parse(
            {**wish.model_dump(), "cluster": "hdbscan", "topics": 0, "min_cluster_size": size}
        )
        near = min(rows, key=lambda row: abs(row.size - size))
        if st.button(
            "Find topics with it", icon=":material/play_arrow:", key="take-size",
            disabled=not near.topics,
        ):  # fmt: skip
            name = store().free_name(f"{now.artifact.title}-of-{size}")
            nav.go("topics", job=jobs.submit(spec, store=store(), name=name).id)
    exactly = "" if near.size == size else f" (as at {near.size:,})"
    sure = f", another seed agrees by {near.seeds:.2f}" if near.seeds == near.seeds else ""
    st.caption(
        f"{count(near.topics, 'topic')}, {near.outlier_share:.0%} of the documents in none{sure}"
        f"{exactly}. It makes new topics; these and their edits stay as they are."
    )
    command_line(spec)


def _told(rows: list[Row], safe: Plateau | None, falls: list[tuple[int, int]]) -> str:
    said = []
    if safe:
        inside = [row for row in rows if safe.low <= row.size <= safe.high]
        most, fewest = max(r.topics for r in inside), min(r.topics for r in inside)
        said.append(
            f"**From {safe.low:,} to {safe.high:,} documents the size matters least**: "
            f"neighbouring sizes give nearly the same topics ({fewest:,} to {most:,} of them), and "
            f"so does another seed, best at {safe.best:,}. {_left_out(inside)}"
        )
    else:
        said.append(
            "**No range of sizes can be recommended**: topics change from each size to the next, "
            "or with the seed."
        )
    for before, after in falls:
        had = next(row.topics for row in rows if row.size == before)
        has = next(row.topics for row in rows if row.size == after)
        said.append(f"Between {before:,} and {after:,} the topics fall from {had:,} to {has:,}.")
    return plain_but_bold(" ".join(said))


def _left_out(inside: list[Row]) -> str:
    low, high = (f(row.outlier_share for row in inside) for f in (min, max))
    share = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
    return f"There {share} of the documents are in no topic."


def plain_but_bold(text: str) -> str:
    """Own sentences with their **bold** parts; everything else shown as it is."""
    return "**".join(plain(part) for part in text.split("**"))


@st.cache_data(max_entries=8, show_spinner=False)
def _rows(key: str, _found: Artifact) -> list[Row]:
    return load_sweep(_found)
