"""A classifier that learnt from edited data in, whether its fault is gone out."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import Any, Literal

import streamlit as st

from engine import jobs
from engine.data.edits import FILE, NO_ROW, Edit
from engine.explain.what_if.spec import MendedSpec
from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, payload_json, store
from pages._ui.rows_view import page_rows
from pages._ui.texts import plain, short
from pages._ui.versions_view import model_before

_JOB = "mended-job"
_LEFT = 0.2
"""Share of what a word moved from which on it is said that a part of it is left."""
_TITLES = {
    "word put in": "Test texts given “{word}”",
    "without the word": "The same without it",
    "with the word": "Test texts with “{word}”",
    "made from": "Texts that others were made from",
    "added": "Added texts (learnt from)",
    "relabelled": "Relabelled texts (learnt from)",
}


def mended_view(model: Artifact, dataset: Artifact) -> None:
    """Draw it; nothing where there is no classifier before this one."""
    earlier = next((a for a in store().inputs(dataset) if a.kind == "dataset"), None)
    before = model_before(model, earlier) if earlier else None
    if before is None or earlier is None:
        return
    part = st.expander(
        "Is the fault gone? Before and after, text by text", icon=":material/healing:",
        key="mended-open", on_change="rerun",
    )  # fmt: skip
    if part.open:
        with part, boundary():
            _asked(model, before, dataset, earlier)


def _asked(model: Artifact, before: Artifact, dataset: Artifact, earlier: Artifact) -> None:
    likely = _likely_word(dataset, earlier)
    word = st.text_input(
        "A word the fault hung on", likely, key=f"mended-word-{model.key}", width=320,
        help="Test texts that hold it are asked, too: they tell whether the fault is gone, for "
        "neither classifier has learnt from them.",
    ).strip()  # fmt: skip
    spec = MendedSpec(model=model.key, before=before.key, word=word)
    if found := made(spec):
        st.query_params.pop(_JOB, None)
        _shown(found)
    elif job_id := st.query_params.get(_JOB):
        job_monitor(job_id, title="Asking both classifiers", param=_JOB)
    elif st.button("Ask both classifiers", type="primary", icon=":material/compare_arrows:"):
        st.query_params[_JOB] = jobs.submit(spec, store=store()).id
        st.rerun()
    named = {"model": model.name or model.key, "before": before.name or before.key}
    command_line(spec.model_copy(update=named))


def _shown(found: Artifact) -> None:
    from engine.explain.what_if.mended import cases_of

    cohorts: dict[str, dict[str, Any]] = found.facts["cohorts"]
    order = [name for name in _TITLES if name in cohorts]
    titles = {name: _TITLES[name].format(word=found.facts["word"]) for name in order}
    if moves := found.facts.get("moves"):
        st.markdown(plain(_moves(found.facts["word"], moves)))
    with st.grid(len(order), min_column_width=190):
        for name in order:
            one = cohorts[name]
            st.metric(
                plain(titles[name]), f"{one['right_after']:,} of {one['rows']:,} right",
                delta=_change(one), delta_color=_colour(one), delta_arrow="off",
                help=f"Before: {one['right_before']:,} of {one['rows']:,}, now "
                f"{one['right_after'] / one['rows']:.0%} (with 95 % certainty "
                f"{one['interval_after'][0]:.0%} to {one['interval_after'][1]:.0%}). Mean "
                f"probability of the right label: {one['share_before']:.0%} before, "
                f"{one['share_after']:.0%} now.",
            )  # fmt: skip
    chosen = st.segmented_control(
        "Texts", order, default=order[0], required=True, key=f"mended-{found.key}", wrap=True,
        format_func=lambda name: plain(titles[name]), label_visibility="collapsed",
    )  # fmt: skip
    rows = cases_of(found.path, str(chosen or order[0]))
    st.dataframe(
        {
            "Label": [one["label"] for one in rows],
            "Before": [one["before"] for one in rows],
            "Now": [one["after"] for one in rows],
            "Sure before": [one["before_share"] * 100 for one in rows],
            "Sure now": [one["after_share"] * 100 for one in rows],
            "Text": [short(one["text"], 400) for one in rows],
        },
        column_config={
            name: st.column_config.NumberColumn(
                format="%.0f %%", width=90, help="Probability of the label."
            )
            for name in ("Sure before", "Sure now")
        } | {"Text": st.column_config.TextColumn(width=640)},
        hide_index=True,
        height=min(38 + 35 * len(rows), 353),
    )  # fmt: skip
    st.caption(
        f"{count(len(rows), 'text')}; those whose answer changed come first. Only test texts tell "
        "whether the fault is gone: neither classifier has learnt from them."
    )
    if not found.facts["word"]:
        st.caption("No test text is among these: name a word that the fault hung on.")


def _moves(word: str, moves: dict[str, Any]) -> str:
    """What the word did to the answers, and does now, in two sentences."""
    if not moves["texts"]:
        return f"“{word}” speaks for {moves['category']}, and no test text is of another category."
    was, now = (100 * moves[f"moved_{when}"] for when in ("before", "after"))
    low, high = (100 * end for end in moves["moved_interval_after"] or (float("nan"),) * 2)
    told = (
        f"Put into {count(moves['texts'], 'test text')} of other categories, “{word}” moved "
        f"{moves['category']} by {was:+.1f} points before and {now:+.1f} now (95 %: {low:+.1f} to "
        f"{high:+.1f}); it turned {moves['changed_before']:,} answers, now "
        f"{moves['changed_after']:,}."
    )
    if moves["adds_before"] is not None and moves["adds_after"] is not None:
        told += (
            f" Integrated Gradients give it {moves['adds_before']:+.2f} log-odds of "
            f"{moves['category']} before, {moves['adds_after']:+.2f} now."
        )
    if low > 0 and now > _LEFT * was:
        told += " A part of the fault is left: put the word into more texts of other categories."
    return told


def _change(one: dict[str, Any]) -> str:
    more = one["right_after"] - one["right_before"]
    return f"{more:+,} since the edits" if more else "as before"


def _colour(one: dict[str, Any]) -> Literal["green", "red", "gray"]:
    more = one["right_after"] - one["right_before"]
    return "green" if more > 0 else "red" if more < 0 else "gray"


def _likely_word(dataset: Artifact, earlier: Artifact) -> str:
    """The word in which most added texts differ from those they were made from."""
    edits = [Edit.model_validate(one) for one in payload_json(dataset, FILE) or []]
    adds = [edit for edit in edits if edit.action == "add" and edit.row != NO_ROW]
    wanted = tuple(sorted({edit.row for edit in adds}))
    path = str(earlier.path / "rows.parquet")
    found = page_rows(path, ("row", "text"), (("row", wanted),), 0, len(wanted)) if wanted else []
    texts = {one["row"]: str(one["text"] or "") for one in found}
    words = Counter(
        word.casefold() for edit in adds if (word := _changed(texts.get(edit.row, ""), edit.text))
    )
    return max(words, key=words.__getitem__, default="")


def _changed(before: str, after: str) -> str:
    """The first word that went, or else came; "" where none did."""
    old, new = re.findall(r"\w+", before), re.findall(r"\w+", after)
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    parts = [old[a:b] or new[c:d] for kind, a, b, c, d in steps if kind != "equal"]
    return max(parts[0], key=len) if parts else ""
