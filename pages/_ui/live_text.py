"""A label in, a text box out that tells what stands in it while a person types.

Streamlit's ``text_input`` has ``live=``, its ``text_area`` has not, and a review wants lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

_PAUSE_MS = 40
_REST_MS = 500

_HTML = """<label for="live-text" id="live-label"></label>
<textarea id="live-text" spellcheck="true" dir="auto"></textarea>"""

_CSS = """
:host { display: block; }
label { display: block; font-size: 0.875rem; margin-bottom: 0.25rem; color: var(--st-text-color); }
textarea {
  box-sizing: border-box; width: 100%; min-height: 7rem; resize: vertical;
  padding: 0.6rem 0.75rem; font: inherit; font-family: var(--st-font); font-size: 1rem;
  line-height: 1.5; color: var(--st-text-color); background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
}
textarea:focus { outline: none; border-color: var(--st-primary-color);
  box-shadow: 0 0 0 1px var(--st-primary-color); }
textarea::placeholder { color: var(--st-text-color); opacity: 0.6; }
"""

# `turn` numbers the texts set from Python (an example that was clicked): only a new one replaces
# what the person wrote, and what they wrote before it is not taken for an answer to it.
_JS = """
const waiting = new WeakMap();
const resting = new WeakMap();
export default function ({ data, parentElement, setStateValue }) {
  const box = parentElement.querySelector("#live-text");
  parentElement.querySelector("#live-label").textContent = data.label;
  box.placeholder = data.placeholder;
  box.maxLength = data.most;
  if (box.dataset.turn !== String(data.turn)) {
    box.dataset.turn = data.turn;
    box.dataset.told = "rested:" + data.text;
    box.value = data.text;
  }
  const tell = (rested) => {
    clearTimeout(waiting.get(box));
    clearTimeout(resting.get(box));
    const told = (rested ? "rested:" : "typing:") + box.value;
    if (box.dataset.told === told) return;
    box.dataset.told = told;
    setStateValue("typed", { text: box.value, turn: data.turn, rested });
    if (!rested) resting.set(box, setTimeout(() => tell(true), data.rest));
  };
  const soon = () => {
    clearTimeout(waiting.get(box));
    clearTimeout(resting.get(box));
    waiting.set(box, setTimeout(() => tell(false), data.pause));
  };
  box.oninput = (event) => { if (!event.isComposing) soon(); };
  box.onblur = () => tell(true);
  box.oncompositionend = soon;
}
"""

_box = st.components.v2.component("limn_live_text", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class Typed:
    """What stands in the box. rested: whether the person has paused since; else they are typing."""

    text: str
    rested: bool


def live_text(label: str, *, key: str, placeholder: str = "", most: int = 20_000) -> Typed:
    """A box of several lines; the script, or the fragment it stands in, reruns as one types.

    It does so at once, and again when the person pauses for half a second: what takes longer than a
    keystroke belongs there.

    Args:
        label: What to write there.
        key: Key of the box; :func:`set_live_text` fills it by the same key.
        placeholder: Shown while it is empty.
        most: Most characters it takes.
    """
    turn, text = st.session_state.get(f"{key}-set", (0, ""))
    # What was typed last: a box drawn anew (the page was left, or its place changed) goes on there.
    known, before = st.session_state.get(f"{key}-now", (turn, text))
    text = before if known == turn else text
    data = {"label": label, "placeholder": placeholder, "most": most, "text": text, "turn": turn,
            "pause": _PAUSE_MS, "rest": _REST_MS}  # fmt: skip
    told: Any = _box(key=key, data=data, on_typed_change=lambda: None)
    typed = told.get("typed")
    rested = True
    # The browser is not trusted: what comes back may be anything.
    if isinstance(typed, dict) and typed.get("turn") == turn:
        text, rested = typed.get("text"), bool(typed.get("rested"))
    text = text[:most] if isinstance(text, str) else ""
    st.session_state[f"{key}-now"] = turn, text
    return Typed(text, rested)


def set_live_text(text: str, key: str) -> None:
    """Put `text` into the box; for a button's ``on_click``."""
    turn, _ = st.session_state.get(f"{key}-set", (0, ""))
    st.session_state[f"{key}-set"] = (turn + 1, text)
