"""A dataset and its audit in, the findings out; each opens its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.store import Artifact
from pages._ui.format import count, percent
from pages._ui.loaders import store
from pages._ui.rows_view import one_row, row_table
from pages._ui.texts import plain

_A_PAGE = 100
_WHY = {
    "exact_duplicate": "They teach nothing new, and flatter the score if they are split apart; "
    "Limn keeps them on one side.",
    "near_duplicate": "As repeats: one side of the split holds them all.",
    "conflicting_labels": "At least one of the labels is wrong, or the categories overlap.",
    "added": "Edits put them there, as counterfactuals; they count neither as repeats nor as "
    "conflicts.",
    "leakage": "The test would ask for what was learnt by heart.",
    "empty": "Nothing can be learnt from them; they are not in the dataset.",
    "too_short": "A few words seldom show their category.",
    "over_long": "The encoder reads the beginning and never sees the rest.",
}


def audit_view(found: Artifact, audit: Artifact) -> None:
    """Draw the findings, then the rows of the chosen one."""
    from engine.data.audit import KINDS

    counts = {kind: n for kind, n in audit.facts.get("findings", {}).items() if n}
    rows = max(1, int(audit.facts.get("rows", 0)))
    for note in audit.facts.get("notes", []):
        st.info(plain(note))
    if not counts:
        st.success("Nothing suspicious was found.", icon=":material/check_circle:")
        return
    clean = [KINDS[kind].lower() for kind in KINDS if kind not in counts]
    chosen = st.radio(
        "Findings",
        list(counts),
        format_func=lambda kind: (
            f"{KINDS.get(kind, kind)} · {count(counts[kind], 'row')} "
            f"({percent(counts[kind] / rows)})"
        ),
        captions=[_WHY.get(kind, "") for kind in counts],
        key="finding",
        help="Each finding opens its rows below.",
    )
    if clean:
        st.caption(f"Not found: {'; '.join(clean)}.")
    _rows(found, audit, chosen, counts[chosen])


def _rows(found: Artifact, audit: Artifact, kind: str, total: int) -> None:
    sources = [a for a in store().inputs(found) if a.kind == "source"]
    pages = -(-total // _A_PAGE)
    at = st.pagination(pages, key=f"finding-page-{kind}") if pages > 1 else 1
    rows = finding_rows(
        str(audit.path / "findings.parquet"),
        str(found.path / "rows.parquet"),
        str(sources[0].path / "rows.parquet") if sources else "",
        tuple(found.facts.get("text_columns", ())),
        kind,
        (at - 1) * _A_PAGE,
    )
    picked = row_table(rows, key=f"finding-{audit.key}-{kind}-{at}")
    if picked is not None:
        one_row(found, rows[picked])
    else:
        st.caption("Choose a row to read it in full.")


@st.cache_data(max_size="64mb", show_spinner="Opening the rows")
def finding_rows(
    findings: str, rows: str, source: str, text: tuple[str, ...], kind: str, offset: int
) -> list[dict[str, Any]]:
    """One page of a finding's rows, members of a group together; left-out rows from the source."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from engine.data import table

    found = pq.read_table(findings, filters=[("kind", "=", kind)])
    order = pc.sort_indices(found, [("group", "ascending"), ("row", "ascending")])
    some = found.take(order).slice(offset, _A_PAGE).to_pylist()
    wanted = [one["row"] for one in some]
    here = table.page(Path(rows), where={"row": wanted}, limit=_A_PAGE).to_pylist()
    by_row = {one["row"]: one for one in here}
    gone = [row for row in wanted if row not in by_row]
    if gone and source and text:
        for one in table.rows(Path(source), gone, columns=list(text)).to_pylist():
            joined = " ".join(str(one[c]) for c in text if one[c] is not None)
            by_row[one["row"]] = {"row": one["row"], "text": joined}
    return [
        {
            "row": one["row"],
            "detail": one["detail"],
            **{k: by_row.get(one["row"], {}).get(k) for k in ("label", "text", "title", "split")},
        }
        for one in some
    ]
