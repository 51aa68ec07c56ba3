"""A trained classifier, asked while one types: pick it, write, read what it says and why."""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui import live_answer, nav
from pages._ui.boundary import boundary
from pages._ui.examples import examples
from pages._ui.explain.way import believe
from pages._ui.live_models import bring_starter, live, other_starters, prepared
from pages._ui.live_text import Typed, live_text, set_live_text
from pages._ui.loaders import store
from pages._ui.pickers import artifact_picker
from pages._ui.predict_file_view import predict_files
from pages._ui.texts import plain, short
from pages._ui.tried import Try, history, remember

_BOX = "predict-text"
_TRIED = "predict-tried"
_TABS = {"text": "Type a text", "file": "A whole file"}
# In an address they mean a whole file. (No string beneath: Streamlit would show it on the page.)
_OF_FILES = {"filejob", "predictions", "source"}


def page() -> None:
    """Draw the page."""
    st.title("Predict", anchor=False)
    st.markdown("Write or paste a text, and see what a classifier makes of it as you type.")
    bring_starter()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container():
            found = artifact_picker(
                "model",
                "Classifier",
                help="Newest first: those that came with Limn and those trained here.",
            )
        if found is not None:
            other_starters("model")
    if found is None:
        return
    _about(found)
    first = "file" if _OF_FILES & set(st.query_params) else "text"
    tab = st.segmented_control(
        "What to predict", list(_TABS), default=first, required=True, format_func=_TABS.get,
        key="tab", bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    if tab == "file":
        with boundary():
            predict_files(found)
        return
    _text(found)


def _about(found: Artifact) -> None:
    facts = found.facts
    labels = facts.get("labels", [])
    named = ", ".join(labels[:6]) + (f" and {len(labels) - 6:,} more" if len(labels) > 6 else "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(f"Tells apart: {named}."), width="content")
        if nav.exists("train"):
            nav.link("train", "How good is it?", icon=":material/monitoring:", model=found.key)


def _text(found: Artifact) -> None:
    other = _other(found)
    asked = [found, *([other] if other else [])]
    exports = [prepared(one, f"onnx{place}") for place, one in enumerate(asked)]
    if any(export is None for export in exports):
        return
    _try([(one.key, str(export)) for one, export in zip(asked, exports, strict=True)])


def _other(found: Artifact) -> Artifact | None:
    """The second classifier, where a person wants to compare."""
    if len(store().artifacts("model")) < 2:
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not st.toggle(
            "Compare with",
            value="with" in st.query_params,
            key="compare",
            help="Ask a second classifier the same text, side by side.",
        ):
            st.query_params.pop("with", None)
            return None
        with st.container():
            return artifact_picker(
                "model", "Second classifier", key="with", where=lambda one: one.key != found.key
            )


@st.fragment
def _try(asked: list[tuple[str, str]]) -> None:
    """The box and the answers; only this reruns while a person types.

    asked: Key of each classifier, and the folder of the export it needs or "".
    """
    with boundary():
        found = [(store().find("model", key), exported) for key, exported in asked]
        models = [(model, exported) for model, exported in found if model]
        if len(models) < len(found):
            st.rerun()  # one was removed meanwhile
        if len(models) == 1:
            left, right = st.columns([3, 2], gap="medium")
            with left:
                typed = _box()
            places = [right]
        else:
            typed = _box()
            places = list(st.columns(len(models), gap="medium"))
        text = typed.text.strip()
        for place, (found, exported) in zip(places, models, strict=True):
            with place, boundary():
                _answer(found, exported, text, named=len(models) > 1)
        _offer(models[0][0])
        if text:
            below = list(st.columns(len(models), gap="medium"))
            for place, (found, exported) in zip(below, models, strict=True):
                with place, boundary():
                    _why(found, exported, typed)
        tried: list[Try] = st.session_state.get(_TRIED, [])
        if tried and history(tried):
            st.session_state[_TRIED] = []
            st.rerun(scope="fragment")


def _box() -> Typed:
    return live_text("Text", key=_BOX, placeholder="Type a headline, a review, a paragraph")


def _offer(found: Artifact) -> None:
    texts = examples(found)
    if not texts:
        return
    st.caption("Or try one it has not learnt from:")
    with st.container(horizontal=True, gap="small"):
        for n, text in enumerate(texts):
            st.button(
                plain(short(text, 36)),
                key=f"example-{n}",
                help=plain(short(text, 300)),
                on_click=set_live_text,
                args=(text, _BOX),
            )


def _answer(found: Artifact, exported: str, text: str, *, named: bool) -> None:
    if named:
        st.markdown(f"**{plain(found.title)}**")
    if not text:
        st.caption("The answer stands here as soon as there is a text.")
        live(str(found.path), exported)  # so that the first key does not wait for it
        return
    label, sure = live_answer.answer(found, exported, text)
    new = Try(found.title, text, label, sure)
    st.session_state[_TRIED] = remember(st.session_state.get(_TRIED, []), new)


def _why(found: Artifact, exported: str, typed: Typed) -> None:
    """What takes longer than a keystroke: it waits until the person pauses."""
    text = typed.text.strip()
    if not typed.rested:
        live_answer.plain_words(text)
        return
    live_answer.words(found, exported, text)
    believe(found, text)
    live_answer.sentences(found, exported, text)
    live_answer.language_warning(found, text)


nav.show(page)
