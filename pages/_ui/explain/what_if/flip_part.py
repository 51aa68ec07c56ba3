"""A text in; the fewest words that carry its answer, and words that would turn it, out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from engine.figures.probabilities import percent
from engine.progress import SILENT
from engine.store import Artifact
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.what_if import changing
from pages._ui.explain.what_if.moved import said_of
from pages._ui.format import count
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.reading import Reading
    from engine.explain.subject import Subject
    from engine.explain.what_if.flip import Search
    from engine.explain.what_if.swap import Swap

_QUICK, _LONG = 16_000, 100_000
"""Tokens read at a click, and when a person asks to look longer."""
_ASKED = "what-if-asked"
_HELP = {
    "flip": "Looks for the smallest set of words whose removal changes the answer.",
    "swap": "Looks for one word which, in place of another of its kind, changes the answer "
    "(HotFlip: by the gradient, then read again).",
}


def flip_part(
    subject: Subject, dataset: Artifact | None, explained: Explained, reading: Reading
) -> None:
    """Two buttons, and below them what was found for this very text.

    Words come from `dataset`, where there is one: those that its other categories use.
    """
    now = (subject.key, reading.text)
    with st.container(horizontal=True, gap="small"):
        _button("Fewest words that flip it", "flip", now, ":material/content_cut:")
        _button("Words that would flip it", "swap", now, ":material/swap_calls:")
    if _asked("flip", now) or _asked("longer", now):
        _fewest(subject, explained, reading, longer=_asked("longer", now))
    if _asked("swap", now):
        _swaps(subject, dataset, reading)


def _button(label: str, what: str, now: tuple[str, str], icon: str) -> None:
    st.button(
        label,
        key=f"what-if-find-{what}",
        icon=icon,
        help=_HELP[what],
        on_click=_ask,
        args=(what, now),
    )


def _ask(what: str, now: tuple[str, str]) -> None:
    st.session_state.setdefault(_ASKED, {})[what] = now


def _asked(what: str, now: tuple[str, str]) -> bool:
    return bool(st.session_state.get(_ASKED, {}).get(what) == now)


def _fewest(subject: Subject, explained: Explained, reading: Reading, *, longer: bool) -> None:
    tokens = _LONG if longer else _QUICK
    search: Search = _watched(
        lambda progress: _search(subject, explained, reading, tokens, progress),
        subject.key, reading.text, "flip", tokens,
    )  # fmt: skip
    found = search.found
    with st.container(border=True):
        if found is None:
            st.markdown(f":material/info: {plain(search.why)}")
            _look_longer(subject, reading, longer=longer or "longer" not in search.why)
            return
        words = ", ".join(f"**{plain(reading.words[place])}**" for place in found.gone)
        st.markdown(f"Without {words}: {plain(found.after.name)}, "
                    f"{plain(percent(found.after.share))} sure.")  # fmt: skip
        tried = count(search.tried, "text")
        told = "No smaller set flips it" if found.smallest else "A smaller set may exist"
        if found.irreducible and not found.smallest:
            told = f"None of these words can be spared; {told[0].lower()}{told[1:]}"
        st.caption(f"{told} ({tried} read).")
        with st.container(horizontal=True, gap="small"):
            them = "it" if len(found.gone) == 1 else "them"
            st.button(f"Take {them} out", key="what-if-apply-flip", type="primary",
                      on_click=changing.put, args=(found.text,))  # fmt: skip
            _look_longer(subject, reading, longer=longer or found.smallest)


def _look_longer(subject: Subject, reading: Reading, *, longer: bool) -> None:
    if not longer:
        st.button(
            "Look longer", key="what-if-longer", icon=":material/search:", on_click=_ask,
            args=("longer", (subject.key, reading.text)),
            help="Some seconds more: tries more pairs and larger sets.",
        )  # fmt: skip


def _search(
    subject: Subject, explained: Explained, reading: Reading, tokens: int, progress: Any
) -> Search:
    from engine.explain.what_if.flip import fewest_to_flip

    # The colours of the text that is explained tell where to begin; a changed one has others.
    scores = np.zeros(reading.n_words, dtype=np.float32)
    mine = explained.attribution
    if reading.text == explained.reading.text:
        said = said_of(subject, reading).name == subject.names[mine.target.of]
        scores = mine.scores if said else -mine.scores
    return fewest_to_flip(subject, reading, scores, tokens=tokens, progress=progress)


def _swaps(subject: Subject, dataset: Artifact | None, reading: Reading) -> None:
    from engine.explain.what_if.swap import swaps_that_flip

    now = said_of(subject, reading).name
    among = _other_words(str(dataset.path / "rows.parquet"), now) if dataset else frozenset()
    found: list[Swap] = []
    if among or dataset is None:
        found = _watched(
            lambda _: swaps_that_flip(subject, reading, most=6, among=among),
            subject.key, reading.text, "swaps", dataset.key if dataset else "",
        )  # fmt: skip
    of = f"that texts of other categories in {dataset.title} use" if dataset else "of its language"
    with st.container(border=True):
        if not found:
            st.markdown(
                plain(f"No single word, put in place of one of its kind and taken from those {of}, "
                      "flips this text.")
            )  # fmt: skip
            return
        st.markdown("**A word that would flip it**")
        with st.container(horizontal=True, gap="small"):
            for n, swap in enumerate(found):
                st.button(
                    f"{plain(swap.old)} → {plain(swap.new)}: {plain(swap.after.name)} "
                    f"{plain(percent(swap.after.share))}",
                    key=f"what-if-take-{n}", on_click=changing.put, args=(swap.text,),
                    help=plain(swap.text[:300]),
                )  # fmt: skip
        st.caption(
            plain(f"Words {of}, the nearest in meaning to the classifier first. Judge yourself "
                  "whether a person would see the label change, too.")
        )  # fmt: skip


@st.cache_data(max_entries=20, show_spinner="Looking at the words of other categories")
def _other_words(rows: str, label: str) -> frozenset[str]:
    from engine.explain.what_if.other_words import other_words

    return other_words(Path(rows), label)


def _watched(work: Callable[[Any], Any], *key: Any) -> Any:
    """What `work` finds, with a bar while it is looked for; the subject is held by fits only."""

    def look() -> Any:
        bar = st.empty()
        bar.progress(0.0, "Reading the text without its words")
        made = work(_Bar(bar))
        bar.empty()
        return made

    return changing.remembered(look, *key)


class _Bar:
    """Progress drawn on a bar: drawing is also where Streamlit leaves when a person goes on."""

    stop_requested = False

    def __init__(self, bar: Any) -> None:
        self._bar, self._done = bar, 0.0

    def advance(self, n: float = 1) -> None:
        """`n` more texts were read; nobody knows how many there will be."""
        self._done += n
        self._bar.progress(self._done / (self._done + 200), f"{count(self._done, 'text')} read")

    stage = staticmethod(SILENT.stage)
    at = staticmethod(SILENT.at)
    point = staticmethod(SILENT.point)
    note = staticmethod(SILENT.note)
