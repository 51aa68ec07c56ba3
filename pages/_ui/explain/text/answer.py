"""A question in, its answer drawn as it comes out: quick colours, the words, how far to trust."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from engine.errors import InputError
from engine.figures.probabilities import percent
from pages._ui.explain.loaded import turn
from pages._ui.explain.text.asked import Asked, found, is_known, last
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.text.trust_part import trust_part, waiting
from pages._ui.explain.text.understood import Understood, understood
from pages._ui.explain.text.words_part import bars_and_table, coloured, sides_of, summary
from pages._ui.texts import plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from engine.explain.attribution import Attribution
    from engine.explain.subject import Subject
    from engine.explain.target import Target
    from engine.explain.trust.chance import Chance
    from engine.explain.trust.report import Trust

Made = TypeVar("Made")
_WAITING = (
    ":material/hourglass_top: A first look (Input x Gradient), rough. The explanation follows."
)


def answer(subject: Subject, asked: Asked) -> Explained:
    """Draw what the classifier said and why; returns all of it.

    First colours come from one pass backward and say so; what was asked for takes their place, and
    is greyed once its figures say that it cannot be believed.

    Raises:
        InputError: nothing to read in the text, or no such category or baseline.
    """
    from engine.explain.target import target

    about = _ask(
        subject, asked.of_text_only(), "understood", lambda: understood(subject, asked.text)
    )
    of = asked.of or subject.names[about.best]
    goal = target(subject.names, of, asked.against)
    _headline(subject, about, asked, of)
    board = st.empty()
    left, right = board.container().columns([3, 2], gap="large")
    with left:
        st.markdown("**Which words carry it**")
        text, more = st.empty(), st.container()
    with right:
        panel = st.empty()
    first = not is_known(asked, "attribution")
    if first:
        quick = _ask(subject, asked, "first look", lambda: _first_look(subject, about, goal))
        with text.container():
            coloured(subject, quick, note=_WAITING)
    if not is_known(asked, "trust"):
        with panel.container():
            waiting()
    with _or_nothing(board):
        made = _ask(
            subject, asked, "attribution", lambda: _attribution(subject, about, goal, asked)
        )
    if first:
        with text.container():
            coloured(subject, made, note=":material/hourglass_top: Now it is put to the test.")
    trust = _ask(subject, asked, "trust", lambda: _trust(subject, made, asked))
    explained = Explained(asked.text, about.reading, goal, made, trust, asked.compared_with())
    with text.container():
        coloured(
            subject, made, faded=not trust.believable,
            told=summary(made, sides_of(subject, made)) if trust.believable else "",
        )  # fmt: skip
    with panel.container():
        trust_part(subject, explained)
    with more:
        bars_and_table(subject, made, faded=not trust.believable)
    return explained


@contextmanager
def _or_nothing(board: DeltaGenerator) -> Iterator[None]:
    """A board that announces what cannot be made is emptied."""
    try:
        yield
    except InputError:
        board.empty()
        raise


def _ask(subject: Subject, asked: Asked, part: str, make: Callable[[], Made]) -> Made:
    """`part` of the answer, with the subject to itself while it is made."""

    def locked() -> Made:
        with turn(subject):
            return make()

    return found(asked, part, locked)


def _headline(subject: Subject, about: Understood, asked: Asked, of: str) -> None:
    names, shares = subject.names, about.shares
    best = names[about.best]
    st.subheader(f"{plain(best)}, {plain(percent(float(shares[about.best])))} sure", anchor=False)
    order = sorted(range(len(names)), key=lambda i: -shares[i])[1:4]
    others = ", ".join(f"{names[i]} {percent(float(shares[i]))}" for i in order)
    rest = "" if not asked.of or of == best else f" Explained here is {of}."
    st.caption(plain(f"{others}.{rest}"))
    if about.reading.n_words == 1:
        st.caption(
            ":material/info: There is one word only, so there is nothing to weigh it against."
        )


def _first_look(subject: Subject, about: Understood, goal: Target) -> Attribution:
    from engine.explain.methods.slopes import input_x_gradient

    return input_x_gradient(subject, [about.reading], [goal])[0]


def _attribution(subject: Subject, about: Understood, goal: Target, asked: Asked) -> Attribution:
    from engine.explain.methods.methods import explain

    return explain(
        subject, about.reading, goal, method=asked.method, baseline=asked.compared_with()
    )


def _trust(subject: Subject, made: Attribution, asked: Asked) -> Trust:
    from engine.explain.trust.trust import trust

    return trust(
        subject, made, baseline=asked.compared_with(), beside=_control(subject, made, asked)
    )


def _control(subject: Subject, made: Attribution, asked: Asked) -> Chance:
    """What random words do to this answer: asked once, for all methods."""
    from engine.explain.trust.chance import chance

    return last(
        asked.any_method(),
        "chance",
        lambda: chance(subject, made.reading, made.target, baseline=asked.compared_with()),
    )
