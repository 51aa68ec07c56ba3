"""A label in, a text box out that tells what stands in it while a person types.

Streamlit's ``text_input`` has ``live=``, its ``text_area`` has not, and a review wants lines.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

_PAUSE_MS = 250

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
export default function ({ data, parentElement, setStateValue }) {
  const box = parentElement.querySelector("#live-text");
  parentElement.querySelector("#live-label").textContent = data.label;
  box.placeholder = data.placeholder;
  box.maxLength = data.most;
  if (box.dataset.turn !== String(data.turn)) {
    box.dataset.turn = data.turn;
    box.dataset.told = data.text;
    box.value = data.text;
  }
  const tell = () => {
    clearTimeout(waiting.get(box));
    if (box.dataset.told === box.value) return;
    box.dataset.told = box.value;
    setStateValue("typed", { text: box.value, turn: data.turn });
  };
  box.oninput = (event) => {
    clearTimeout(waiting.get(box));
    if (!event.isComposing) waiting.set(box, setTimeout(tell, data.pause));
  };
  box.onblur = tell;
  box.oncompositionend = () => waiting.set(box, setTimeout(tell, data.pause));
}
"""

_box = st.components.v2.component("limn_live_text", html=_HTML, css=_CSS, js=_JS)


def live_text(label: str, *, key: str, placeholder: str = "", most: int = 20_000) -> str:
    """A box of several lines; the script, or the fragment it stands in, reruns as one types.

    Args:
        label: What to write there.
        key: Key of the box; :func:`set_live_text` fills it by the same key.
        placeholder: Shown while it is empty.
        most: Most characters it takes.

    Returns:
        What stands in the box, a quarter of a second after the last key.
    """
    turn, text = st.session_state.get(f"{key}-set", (0, ""))
    data = {"label": label, "placeholder": placeholder, "most": most, "text": text, "turn": turn,
            "pause": _PAUSE_MS}  # fmt: skip
    told: Any = _box(key=key, data=data, on_typed_change=lambda: None)
    typed = told.get("typed")
    # The browser is not trusted: what comes back may be anything.
    if isinstance(typed, dict) and typed.get("turn") == turn:
        text = typed.get("text")
    return text[:most] if isinstance(text, str) else ""


def set_live_text(text: str, key: str) -> None:
    """Put `text` into the box; for a button's ``on_click``."""
    turn, _ = st.session_state.get(f"{key}-set", (0, ""))
    st.session_state[f"{key}-set"] = (turn + 1, text)
