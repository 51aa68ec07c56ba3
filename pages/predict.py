"""A trained classifier, asked while one types: pick it, write, read what it says."""

from __future__ import annotations

import shlex
from pathlib import Path

import streamlit as st

from engine.store import Artifact
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.live_text import live_text, set_live_text
from pages._ui.loaders import store
from pages._ui.pickers import artifact_picker
from pages._ui.texts import plain, short
from pages._ui.tried import Try, as_csv, remember

_BOX = "predict-text"
_TRIED = "predict-tried"
_EXAMPLES = 4


def page() -> None:
    """Draw the page."""
    st.title("Predict", anchor=False)
    st.markdown("Write or paste a text, and see what a classifier makes of it as you type.")
    found = artifact_picker(
        "model",
        "Classifier",
        help="Newest first. Every classifier trained here can be asked.",
    )
    if found is None:
        return
    _about(found)
    _try(found.key)
    _whole_files(found)


def _about(found: Artifact) -> None:
    facts = found.facts
    labels = facts.get("labels", [])
    named = ", ".join(labels[:6]) + (f" and {len(labels) - 6:,} more" if len(labels) > 6 else "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(f"Tells apart: {named}."), width="content")
        if nav.exists("train"):
            nav.link("train", "How good is it?", icon=":material/monitoring:", model=found.key)


@st.fragment
def _try(key: str) -> None:
    """The box and the answer; only this reruns while a person types."""
    with boundary():
        found = store().get(key, "model")
        left, right = st.columns([3, 2], gap="medium")
        with left:
            text = live_text("Text", key=_BOX, placeholder="Type a headline, a review, a paragraph")
        with right, boundary():
            _answer(found, text.strip())
        _examples(found)
        _history()


def _examples(found: Artifact) -> None:
    split = str(found.facts.get("scored_on", "test"))
    texts = example_texts(str(found.path), _dataset_rows(found), split)
    if not texts:
        return
    st.caption("Or try one it has not learnt from:")
    with st.container(horizontal=True, gap="small"):
        for n, text in enumerate(texts):
            st.button(
                plain(short(text, 42)),
                key=f"example-{n}",
                help=plain(short(text, 300)),
                on_click=set_live_text,
                args=(text, _BOX),
            )


def _answer(found: Artifact, text: str) -> None:
    from engine.figures.probabilities import percent, probability_bars

    if not text:
        st.caption("The answer stands here as soon as there is a text.")
        return
    from engine.classify.answer import answer

    said = answer(classifier(str(found.path)), text)
    st.markdown(f"### {plain(said.label)}, {plain(percent(said.confidence))} sure")
    st.html(probability_bars(said.shares))
    st.caption(f"{count(said.tokens, 'token')} read in {said.latency_ms:,.0f} ms")
    if said.cut:
        st.caption(
            f":material/content_cut: The text is longer than the {count(said.tokens)} tokens this "
            "classifier reads; what comes after them did not count."
        )
    new = Try(found.title, text, said.label, said.confidence)
    st.session_state[_TRIED] = remember(st.session_state.get(_TRIED, []), new)


def _history() -> None:
    tried: list[Try] = st.session_state.get(_TRIED, [])
    if not tried:
        return
    with st.expander(f"Tried in this session ({len(tried)})", icon=":material/history:"):
        st.dataframe(
            {
                "Text": [short(one.text, 300) for one in tried],
                "Prediction": [one.label for one in tried],
                "Sure": [one.confidence for one in tried],
                "Classifier": [one.model for one in tried],
            },
            column_config={
                "Text": st.column_config.TextColumn(width="large"),
                "Sure": st.column_config.NumberColumn(format="percent"),
            },
            hide_index=True,
        )
        with st.container(horizontal=True):
            st.download_button(
                "Download as CSV",
                as_csv(tried),
                file_name="limn-tried.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
            if st.button("Forget them", type="tertiary", help="Empties this list; nothing else."):
                st.session_state[_TRIED] = []
                st.rerun(scope="fragment")


def _whole_files(found: Artifact) -> None:
    with st.expander("A whole file, from a terminal", icon=":material/terminal:"):
        st.markdown(
            "Adds the prediction and a probability column for each category to every row; any "
            "format of the Data page goes in, `.csv` or `.parquet` comes out."
        )
        name = shlex.quote(found.name or found.key)
        st.code(
            f"python -m engine predict {name} --input articles.csv --output predicted.csv",
            language="bash",
            wrap_lines=True,
        )


@st.cache_resource(max_entries=2, show_spinner="Waking the classifier, once")
def classifier(path: str):  # noqa: ANN201 - its module loads torch, which no page may at import
    """The classifier of a model's folder, shared by all sessions."""
    from engine.classify.classifier import load_classifier

    return load_classifier(Path(path))


@st.cache_data(max_entries=50, show_spinner=False)
def example_texts(model: str, rows: str, split: str) -> list[str]:
    """A few texts of the model's test rows, one a category; none where they are gone."""
    from engine.classify.predictions import example_texts as read

    return read(Path(model), Path(rows), split=split, limit=_EXAMPLES) if rows else []


def _dataset_rows(found: Artifact) -> str:
    dataset = next((a for a in store().inputs(found) if a.kind == "dataset"), None)
    return str(dataset.path / "rows.parquet") if dataset else ""


nav.show(page)
