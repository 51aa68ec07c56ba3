"""An explained document in; four files to take away, and the command that gives the same, out."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages._ui.explain.text.explained import Explained
from pages._ui.explain.text.keep_part import FILES
from pages._ui.explain.text.words_part import sides_of
from pages._ui.explain.topic.how_pick import title_of
from pages._ui.explain.topic.loaded import Asked, subject_of

if TYPE_CHECKING:
    from engine.explain.subject import Subject


def keep_view(subject: Subject, asked: Asked, explained: Explained) -> None:
    """Draw it."""
    makers: dict[str, Callable[[], bytes]] = {
        "png": partial(_picture, subject, explained, st.context.theme.type == "dark"),
        "html": partial(_page, subject, asked, explained),
        "csv": partial(_words, explained),
        "json": partial(_record, subject, asked, explained),
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Keep it:", width="content")
        for ending, (label, mime, about) in FILES.items():
            st.download_button(
                f"{label} (.{ending})", makers[ending], mime=mime, type="tertiary",
                file_name=f"document-{asked.place}.{ending}", icon=":material/download:",
                on_click="ignore", key=f"explain-document-{ending}", help=about,
            )  # fmt: skip


def terminal(asked: Asked) -> None:
    """The command that gives the same, folded away; there is none for a topic alone."""
    if line := _command(asked):
        with st.expander("The same from a terminal", icon=":material/terminal:"):
            st.code(line, language="bash", wrap_lines=True)


def _command(asked: Asked) -> str:
    from engine.explain.topics.command import document_command
    from engine.explain.topics.document import usual_baseline, usual_method

    if asked.against is None:
        return ""
    found, subject = asked.now.artifact, subject_of(asked.now.key, asked.now)
    usual = usual_method(subject), usual_baseline(subject).kind
    return document_command(
        found.name or found.key, asked.place, of=asked.of, against=asked.against,
        method="" if asked.method == usual[0] else asked.method,
        baseline="" if asked.baseline == usual[1] else asked.baseline,
    )  # fmt: skip


def _picture(subject: Subject, explained: Explained, dark: bool) -> bytes:
    from engine.explain.take_away.told import named
    from engine.figures.explanation_picture import explanation_picture

    reading, trust = explained.reading, explained.trust
    return explanation_picture(
        reading.text, reading.spans, explained.attribution.scores.tolist(),
        sides_of(subject, explained.attribution), faded=not trust.believable, dark=dark,
        title=f"Why {named(subject.names, explained.target)}?", note=trust.why,
    )  # fmt: skip


def _page(subject: Subject, asked: Asked, explained: Explained) -> bytes:
    from engine.explain.take_away.told import named, told
    from engine.figures.explanation_page import PageWords, explanation_page

    made, trust = explained.attribution, explained.trust
    of = named(subject.names, explained.target)
    words = PageWords(
        title=f"Why {of}?",
        about=f"Document {asked.place:,} of {asked.now.artifact.title}: {made.value:+.3f} in "
        f"cosine; explained by {title_of(made.method)}.",
        verdict=trust.why,
        believable=trust.believable,
        told=told(made, trust, of, odds=False),
        command=_command(asked),
    )
    return explanation_page(made, sides_of(subject, made), words).encode()


def _words(explained: Explained) -> bytes:
    from engine.explain.take_away.words import words_csv

    return words_csv(explained.attribution)


def _record(subject: Subject, asked: Asked, explained: Explained) -> bytes:
    from engine.explain.take_away.record import record

    made = record(
        subject, explained.attribution, explained.trust, model=asked.now.artifact.title,
        baseline=asked.compared_with(), command=_command(asked),
    )  # fmt: skip
    return json.dumps({**made, "document": asked.place}, ensure_ascii=False, indent=1).encode()
