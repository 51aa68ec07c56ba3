"""An explained text in, four files to take away out, and the command that gives the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from engine.store import Artifact
from pages._ui.explain.text.asked import Asked
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.text.words_part import sides_of

if TYPE_CHECKING:
    from engine.explain.subject import Subject
    from engine.figures.explanation_page import PageWords

FILES = {
    "png": ("Picture", "image/png", "The text in its colours, for a slide."),
    "html": ("Page", "text/html", "Text, verdict and figures on a page that needs nothing else."),
    "csv": ("Words", "text/csv", "A row a word."),
    "json": ("Everything", "application/json", "With the figures, the versions and the command."),
}


def keep_part(found: Artifact, subject: Subject, asked: Asked, explained: Explained) -> None:
    """Draw it."""
    line = _command(found, asked)
    makers: dict[str, Callable[[], bytes]] = {
        "png": partial(_picture, subject, explained, st.context.theme.type == "dark"),
        "html": partial(_page, found, subject, explained, line),
        "csv": partial(_words, explained),
        "json": partial(_record, found, subject, asked, explained, line),
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Keep it:", width="content")
        for ending, (label, mime, about) in FILES.items():
            st.download_button(
                f"{label} (.{ending})", makers[ending], file_name=f"explanation.{ending}",
                mime=mime, icon=":material/download:", type="tertiary", on_click="ignore",
                key=f"explain-keep-{ending}", help=about,
            )  # fmt: skip


def terminal(found: Artifact, asked: Asked) -> None:
    """The command that gives the same, folded away."""
    with st.expander("The same from a terminal", icon=":material/terminal:"):
        st.code(_command(found, asked), language="bash", wrap_lines=True)


def _command(found: Artifact, asked: Asked) -> str:
    from engine.explain.take_away.command import command

    return command(
        found.name or found.key, asked.text, category=asked.of, against=asked.against,
        method=asked.method, baseline=asked.compared_with(),
    )  # fmt: skip


def _record(
    found: Artifact, subject: Subject, asked: Asked, explained: Explained, line: str
) -> bytes:
    from engine.explain.take_away.record import record

    made = record(
        subject, explained.attribution, explained.trust, model=found.title,
        baseline=asked.compared_with(), command=line,
    )  # fmt: skip
    return json.dumps(made, ensure_ascii=False, indent=1).encode()


def _words(explained: Explained) -> bytes:
    from engine.explain.take_away.words import words_csv

    return words_csv(explained.attribution)


def _page(found: Artifact, subject: Subject, explained: Explained, line: str) -> bytes:
    from engine.figures.explanation_page import explanation_page

    words = _page_words(found, subject, explained, line)
    return explanation_page(
        explained.attribution, sides_of(subject, explained.attribution), words
    ).encode()


def _picture(subject: Subject, explained: Explained, dark: bool) -> bytes:
    from engine.explain.take_away.told import named
    from engine.figures.explanation_picture import explanation_picture

    reading, trust = explained.reading, explained.trust
    return explanation_picture(
        reading.text, reading.spans, explained.attribution.scores.tolist(),
        sides_of(subject, explained.attribution), faded=not trust.believable, dark=dark,
        title=f"Why {named(subject.names, explained.target)}?", note=trust.why,
    )  # fmt: skip


def _page_words(found: Artifact, subject: Subject, explained: Explained, line: str) -> PageWords:
    from engine.explain.methods.known import METHODS
    from engine.explain.take_away.told import answered, named, told
    from engine.figures.explanation_page import PageWords

    made, trust = explained.attribution, explained.trust
    of = named(subject.names, explained.target)
    return PageWords(
        title=f"Why {of}?",
        about=f"{found.title} puts it at {answered(made, odds=subject.odds)}; explained by "
        f"{METHODS[made.method].title}.",
        verdict=trust.why,
        believable=trust.believable,
        told=told(made, trust, of, odds=subject.odds),
        command=line,
    )
