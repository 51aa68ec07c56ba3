"""A word of a run in, the texts that hold it out: with their words marked, and open to edits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages._ui import nav
from pages._ui.evidence import evidence
from pages._ui.explain.corpus.opened import Run
from pages._ui.format import count
from pages._ui.texts import plain

_MARKED = 2
_MOST_TEXTS = 500
_LONG = 600
"""Characters around the word that are shown of a text in the list."""


def word_texts(
    run: Run, word: str, category: int, *, key: str, among: NDArray[np.bool_] | None = None
) -> None:
    """Draw the first of them marked, all of them in a table whose rows can be edited.

    Args:
        run: The run.
        word: Casefolded, as the run's vocabulary has it.
        category: Place of the category they are explained as; -1 for any.
        key: Unique on the page for what is shown.
        among: (n,) only these texts of the run.
    """
    places = holding(run, word, category, among)
    of = "" if category < 0 else f", explained as {run.labels[category]}"
    st.markdown(
        f"**{count(len(places), 'text')} with “{plain(word)}”{plain(of)}**, the ones it does most "
        "in first"
    )
    if not len(places):
        st.caption("No text is like that.")
        return
    shown = run.attributions.rows[places][:_MOST_TEXTS]
    rows = _texts(str(run.found.path), str(run.dataset.path / "rows.parquet"), tuple(shown))
    with st.grid(_MARKED, min_column_width=320):
        for row in rows[:_MARKED]:
            _card(run, row, word)
    evidence(
        run.found, rows, key=f"word-{key}-{word}", total=len(places),
        draw=lambda row: _card(run, row, ""),
    )  # fmt: skip


def holding(
    run: Run, word: str, category: int, among: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """Places of the texts that hold the word, the ones it does most in first."""
    found = run.attributions
    texts, words, sums = found.pairs
    mine = words == found.place(word)
    if category >= 0:
        mine &= found.explained[texts] == category
    if among is not None:
        mine &= among[texts]
    # Where it speaks against the category on the whole, so do the texts that come first.
    order = np.argsort(-sums[mine] if sums[mine].sum() >= 0 else sums[mine], kind="stable")
    places: NDArray[np.int64] = texts[mine][order]
    return places


def _card(run: Run, row: dict[str, Any], word: str) -> None:
    """One text with its words marked; of a long one what stands around `word`."""
    from engine.figures.sides import sides
    from engine.figures.signed_text import signed_text

    found = run.attributions
    place = int(np.flatnonzero(found.rows == row["row"])[0])
    of = found.of_text(place)
    text = run.prepared(row["text"])
    label = run.labels[int(found.explained[place])]
    spans = list(zip(found.start[of].tolist(), found.stop[of].tolist(), strict=True))
    scores = found.score[of].tolist()
    first, last = _window(found, of, text, word)
    kept = [n for n, (start, stop) in enumerate(spans) if start >= first and stop <= last]
    with st.container(border=True):
        said = row["prediction"]
        told = [f"Row {row['row']:,}", f"said {said}"]
        if row["label"]:
            told.append("right" if said == row["label"] else f"labelled {row['label']}")
        if word:
            mine = found.word[of] == found.place(word)
            told.append(f"“{word}” {float(found.score[of][mine].sum()):+.2f}")
        st.caption(plain(" · ".join(told)))
        st.html(
            signed_text(
                ("… " if first else "") + text[first:last] + (" …" if last < len(text) else ""),
                [_moved(spans[n], 2 * bool(first) - first) for n in kept],
                [scores[n] for n in kept],
                sides(label, "", run.labels),
                small=True,
            )
        )
        nav.link(
            "explain", "Explain this text", icon=":material/arrow_forward:", view="text",
            model=run.model.key, dataset=run.dataset.key, row=str(row["row"]),
        )  # fmt: skip


def _moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by


def _window(found: Any, of: slice, text: str, word: str) -> tuple[int, int]:
    """Where the part of the text begins and ends that is shown: all of it, or around the word."""
    if len(text) <= _LONG or not word:
        return 0, len(text)
    mine = np.flatnonzero(found.word[of] == found.place(word))
    loudest = mine[np.abs(found.score[of][mine]).argmax()]
    middle = int(found.start[of][loudest])
    first = max(0, min(middle - _LONG // 2, len(text) - _LONG))
    first = text.find(" ", first) + 1 if first else 0
    last = first + _LONG
    return first, len(text) if last >= len(text) else text.rfind(" ", first, last)


@st.cache_data(max_size="32mb", show_spinner=False)
def _texts(folder: str, rows: str, wanted: tuple[int, ...]) -> list[dict[str, Any]]:
    from engine.classify.evaluation.answers import texts_of

    return texts_of(Path(folder), Path(rows), [int(row) for row in wanted], limit=_MOST_TEXTS)
