"""A page that ran in, what a person sees on it out."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def said(app: AppTest) -> str:
    """All words on the page, backslashes of escaped marks taken away."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.text, app.error, app.info,
             app.warning, app.success, app.code)  # fmt: skip
    return "\n".join(str(e.value) for kind in kinds for e in kind).replace("\\", "")


def button(app: AppTest, label: str):
    """The button of that label."""
    return next(b for b in app.button if b.label == label)
