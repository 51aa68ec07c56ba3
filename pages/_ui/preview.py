"""A source and a dataset spec in, its first rows as they would be out: nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages._ui.format import count
from pages._ui.notes import notes
from pages._ui.texts import plain, short, show

_ROWS = 50
_WORDS_BEFORE = 12


def show_preview(rows: str, spec: str) -> None:
    """The first rows, and under them what each cleaning step changed in them."""
    seen = preview_of(rows, spec)
    st.caption(
        f"The first {count(len(seen['rows']), 'row')} with your choices; nothing is added yet."
    )
    notes(seen["notes"])
    _table(seen["rows"])
    changed = [step for step in seen["steps"] if step["changed"]]
    if not changed:
        st.caption("No cleaning step changes anything in these rows.")
        return
    with st.expander(
        f"What cleaning changes here ({count(len(changed), 'step')})", icon=":material/difference:"
    ):
        for step in changed:
            st.markdown(
                f"**{plain(step['title'])}** changes {count(step['changed'], 'of these row')}"
            )
            if not (pair := _visible(step["examples"])):
                st.caption("Only spaces that cannot be seen here.")
                continue
            before, after = pair
            left, right = st.columns(2)
            with left:
                st.caption("Before")
                show(before)
            with right:
                st.caption("After")
                show(after)


def _visible(examples: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The first pair that looks different on the screen, around the place where it does."""
    for before, after in examples:
        old, new = before.split(), after.split()
        if old == new:
            continue
        same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        start = max(0, same - _WORDS_BEFORE)
        lead = "… " if start else ""
        left, right = (lead + short(" ".join(words[start:]), 300) for words in (old, new))
        return left, right
    return None


def _table(rows: list[dict[str, Any]]) -> None:
    table: dict[str, list[Any]] = {"Text": [short(row["text"], 300) for row in rows]}
    for role in ("label", "title", "date"):
        apart = any(row[role] and not row["text"].startswith(str(row[role])) for row in rows)
        if apart if role == "title" else any(row[role] for row in rows):
            table[role.capitalize()] = [row[role] for row in rows]
    if any(row["problem"] for row in rows):
        table["Left out"] = [row["problem"] for row in rows]
    # The label first: on a phone the second column is off the screen.
    order = [name for name in ("Left out", "Label", "Text", "Title", "Date") if name in table]
    st.dataframe(
        {name: table[name] for name in order},
        hide_index=True,
        height=min(38 + 35 * len(rows), 420),
        column_config={
            "Text": st.column_config.TextColumn(width="large"),
            "Label": st.column_config.TextColumn(width="small"),
            "Date": st.column_config.DateColumn(width="small"),
        },
    )


@st.cache_data(max_size="32mb", show_spinner="Reading the first rows")
def preview_of(rows: str, spec: str) -> dict[str, Any]:
    """The preview as plain values, from a Parquet path and a spec as JSON."""
    from engine.data.preview import preview
    from engine.data.spec_dataset import DatasetSpec

    seen = preview(Path(rows), DatasetSpec.model_validate_json(spec), n=_ROWS)
    return {
        "notes": seen.plan.notes,
        "rows": [
            {
                "text": row.text or row.raw,
                "title": row.title,
                "label": row.label,
                "date": row.date,
                "problem": row.problem,
            }
            for row in seen.rows
        ],
        "steps": [
            {"title": r.step.title, "changed": r.changed, "examples": r.examples}
            for r in seen.steps
        ],
    }
