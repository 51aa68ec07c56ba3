"""An explained document in; where it goes without its strongest words, on the page, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from engine.figures.base import CONFIG
from engine.topics.geometry import SIDE
from pages._ui.explain.text.words_part import sides_of
from pages._ui.explain.topic.loaded import Asked, moved_of, smallest_of, subject_of
from pages._ui.texts import plain
from pages._ui.topics.opened import vectors_of

if TYPE_CHECKING:
    from engine.explain.attribution import Attribution
    from engine.explain.topics.ablation import Moved
    from engine.explain.topics.beside import Neighbours
    from engine.figures.sides import Sides


def moved_view(asked: Asked, made: Attribution) -> None:
    """Draw it."""
    if made.reading.n_words < 4:
        st.caption("There are too few words to take any out.")
        return
    with st.spinner("Taking words out"):
        moved = moved_of(asked.key, asked, made)
    beside = _beside(asked, moved)
    if asked.against is not None and made.value > 0:
        with st.spinner("Looking for the fewest words that decide it"):
            st.markdown(_decided(asked, made))
    st.markdown(_far(asked, made, moved, beside))
    sides = sides_of(subject_of(asked.now.key, asked.now), made)
    left, right = st.columns([3, 2] if asked.now.flat is None else 2, gap="large")
    with left:
        _curve(moved, sides)
    with right:
        _map(asked, made, moved, beside, sides)
    _steps(asked, made, moved, beside)


def _decided(asked: Asked, made: Attribution) -> str:
    from engine.explain.topics.smallest import MOST

    other, chosen = plain(asked.against or ""), smallest_of(asked.key, asked, made)
    if chosen is None:
        most = min(MOST, made.reading.n_words // 2)
        return (
            f"No few words decide it: also without the {most} strongest it stays nearer to "
            f"**{plain(asked.of)}**."
        )
    words = [f"*{plain(made.reading.words[i])}*" for i in sorted(chosen.tolist())]
    one = len(words) == 1
    said = words[0] if one else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"**Without {said}** it would be nearer to **{other}**."


def _far(asked: Asked, made: Attribution, moved: Moved, beside: Neighbours) -> str:
    k = int(moved.gone[-1])
    number = "the cosine" if asked.against is None else "the difference"
    said = (
        f"As its {k} strongest words go, {number} falls from {moved.values[0]:+.2f} to "
        f"{moved.values[-1]:+.2f}; as {k} random ones do, to {moved.chance[-1]:+.2f}."
        if moved.values[-1] < moved.chance[-1]
        else f"Taking out its {k} strongest words leaves {number} at {moved.values[-1]:+.2f}, no "
        f"lower than {k} random ones do ({moved.chance[-1]:+.2f})."
    )
    votes = beside.votes[:, made.target.of]
    total = beside.near.shape[1]
    return (
        f"{said} Of the {total} documents nearest to it, {votes[0]} are in **{plain(asked.of)}**; "
        f"then {votes[-1]}."
    )


def _curve(moved: Moved, sides: Sides) -> None:
    from engine.figures.moved_document import moved_document_figure

    st.plotly_chart(
        moved_document_figure(
            moved.gone.tolist(), moved.values.tolist(), moved.chance.tolist(), moved.low.tolist(),
            moved.high.tolist(), sides=sides,
        ),
        key="explain-moved", config=CONFIG,
        alt="How much nearer the document is to its topic as words are taken out, the strongest "
        "first and at random. The table below has the numbers.",
    )  # fmt: skip


def _map(asked: Asked, made: Attribution, moved: Moved, beside: Neighbours, sides: Sides) -> None:
    from engine.figures.moved_on_map import moved_on_map_figure
    from engine.figures.new_on_map import middle

    flat, topics = asked.now.flat, asked.now.topics
    if flat is None:
        return
    side = np.zeros(len(topics.assigned), dtype=np.int8)
    for number, at in ((1, made.target.of), (2, made.target.against)):
        if at is not None:
            side[np.asarray(topics.assigned) == topics.ids[at]] = number
    way = [
        middle(flat.points[near], alike)
        for near, alike in zip(beside.near, beside.cosines, strict=True)
    ]
    st.plotly_chart(
        moved_on_map_figure(
            flat.points, side, way, moved.gone.tolist(), sides=sides
        ),
        key="explain-moved-map", config=CONFIG,
        alt="The map, with the place amid its nearest documents where the document lies as its "
        "words are taken out.",
    )  # fmt: skip
    far = float(np.hypot(way[-1][0] - way[0][0], way[-1][1] - way[0][1])) / SIDE
    st.caption(f"It lies amid its nearest documents, and moves {far:.0%} of the map's width.")


def _steps(asked: Asked, made: Attribution, moved: Moved, beside: Neighbours) -> None:
    names = [topic.name for topic in asked.now.topics.found]
    of, against = made.target.of, made.target.against
    gone, words = moved.gone.tolist(), made.reading.words
    taken = [
        ", ".join(words[i] for i in moved.words[a:b])
        for a, b in zip([0, *gone], gone, strict=False)
    ]
    columns = {
        "Words out": gone,
        "These too": taken,
        "Cosine": moved.cosines[:, of].tolist(),
        **({"To the other": moved.cosines[:, against].tolist()} if against is not None else {}),
        "Nearest topic": [names[n] for n in moved.nearest.tolist()],
        "Its place": (moved.ranks + 1).tolist(),
        "Neighbours": beside.votes[:, of].tolist(),
    }
    with st.expander("Step by step"):
        st.dataframe(
            columns,
            hide_index=True,
            column_config={
                "Words out": st.column_config.NumberColumn(width=80),
                "These too": st.column_config.TextColumn(width="large"),
                "Cosine": st.column_config.NumberColumn(
                    format="%.3f", help=plain(f"To the centre of {asked.of}.")
                ),
                "To the other": st.column_config.NumberColumn(
                    format="%.3f", help=plain(f"To the centre of {asked.against}.")
                ),
                "Its place": st.column_config.NumberColumn(
                    help=plain(f"Of {asked.of} among all topics; 1 is the nearest.")
                ),
                "Neighbours": st.column_config.NumberColumn(
                    help=plain(f"How many of the nearest documents are in {asked.of}.")
                ),
            },
        )


def _beside(asked: Asked, moved: Moved) -> Neighbours:
    from engine.explain.topics.beside import neighbours
    from engine.topics.made_of import made_from
    from pages._ui.loaders import store

    now = asked.now
    vectors = vectors_of(str(made_from(store(), now.artifact, "vectors").path))
    return neighbours(moved.vectors, vectors, now.topics, without=asked.place)
