"""Steps 2 and 3: a source in, the columns and cleaning a person chose out, as a dataset job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine import jobs
from engine.store import Artifact
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.bring import read_file
from pages._ui.format import count, size
from pages._ui.forms import command_line, map_editor, spec_form
from pages._ui.found import NONE, Found, detected, label_values
from pages._ui.loaders import made, store
from pages._ui.notes import notes
from pages._ui.preview import show_preview
from pages._ui.texts import plain

_PRESETS = {
    "auto": "Detect",
    "news": "News",
    "reviews": "Reviews",
    "papers": "Papers",
    "none": "Other",
}
_MORE = ("min_words", "limit", "sample", "keep_duplicates", "near_duplicates", "near_threshold",
         "join", "seed")  # fmt: skip
_MORE_LABELS = {
    "min_words": "Fewest words a text must have",
    "limit": "Most rows to take (0 for all)",
    "sample": "Which rows a limit takes",
    "keep_duplicates": "Keep texts that occur again",
    "near_duplicates": "Group texts that are almost the same",
    "near_threshold": "How alike those must be",
    "join": "What goes between two text columns",
    "seed": "Seed of random choices",
}
_MOST_MAPPED = 40


def source_title(source: Artifact) -> None:
    """The file's name, and what was read."""
    facts = source.facts
    st.title(plain(_file_name(source)), anchor=False)
    about = [str(facts.get("format", "")).upper(), count(facts.get("rows", 0), "row"),
             count(facts.get("columns", 0), "column"), size(facts.get("bytes", 0))]  # fmt: skip
    st.caption(plain(" · ".join(part for part in about if part)))


def choose(source: Artifact) -> None:
    """Draw the two steps, without the title."""
    from engine.data.spec_dataset import DatasetSpec

    notes(source.facts.get("notes", []))
    _read_again(source)

    st.subheader("Choose the columns", anchor=False)
    left, right = st.columns([2, 3], gap="large")
    rows = str(source.path / "rows.parquet")
    with left, boundary():
        values = _choices(source, rows)
    with right, boundary():
        if "text" not in values:
            st.caption("Choose a column with text to see the first rows.")
            return
        spec = DatasetSpec.parse({"source": source.key, **values})
        show_preview(rows, spec.model_dump_json())
        _add(source, spec)


def _choices(source: Artifact, rows: str) -> dict[str, Any]:
    """The fields of the spec that differ from what Limn would do by itself."""
    preset = st.segmented_control(
        "Kind of texts", list(_PRESETS), default="auto", required=True,
        format_func=_PRESETS.__getitem__, key=f"preset-{source.key}", wrap=True,
        help="Detect recognises the public news, reviews and papers files. The others tell Limn "
        "what to look for; Other takes only the columns you choose.",
    )  # fmt: skip
    found = Found(**detected(rows, preset))
    if found.problem:
        st.warning(plain(found.problem), icon=":material/info:")
    elif found.file:
        st.caption(
            f":material/check: Recognised as {plain(found.file)} by its columns, so each has its "
            "role already. Change what you like."
        )
    key = f"{source.key}-{preset}"
    values: dict[str, Any] = {} if preset == "auto" else {"preset": preset}
    text = st.multiselect(
        "Text", found.columns, default=found.text, key=f"text-{key}", format_func=str,
        help="Columns that make up the text, joined in this order.",
    )  # fmt: skip
    _why(found, "text", text == found.text)
    if not text:
        return {}
    values["text"] = [] if text == found.text else text
    for role, what in (
        ("title", "Shown as a heading where single texts are read."),
        ("label", "The category to learn. Topics need none."),
        ("date", "When the text was written."),
    ):
        column = _column(found, role, key, what)
        if column != getattr(found, role):
            values[role] = column
        if role == "label" and column:
            values |= _labels(found, column, rows, key)
    values |= _cleaning(found, key)
    values |= _split(found, key)
    with st.expander("More choices", icon=":material/tune:"):
        values |= _changed(_MORE, f"more-{key}")
    return values


def _column(found: Found, role: str, key: str, what: str) -> str:
    offered = [NONE, *found.columns]
    now = getattr(found, role)
    column = st.selectbox(
        role.capitalize(), offered, index=offered.index(now), key=f"{role}-{key}",
        format_func=lambda c: c or "None", help=what,
    )  # fmt: skip
    _why(found, role, column == now)
    return column or NONE


def _why(found: Found, role: str, unchanged: bool) -> None:
    # A recognised file has one reason for all of its columns, and that has been said.
    if unchanged and not found.file and (reason := found.reasons.get(role)):
        st.caption(plain(reason))


def _labels(found: Found, column: str, rows: str, key: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    part = found.label_part if column == found.label else "whole"
    known = label_values(rows, column)
    if any(" " in value for value in known):
        first = st.toggle(
            "Use only the first word of the label", part == "first", key=f"part-{key}-{column}",
            help="The primary category of a paper is the first of several.",
        )  # fmt: skip
        if first != (part == "first"):
            values["label_part"] = "first" if first else "whole"
        if first:
            known = sorted({value.split()[0] for value in known if value.split()})
    before = found.label_map if column == found.label else {}
    if not known or len(known) > _MOST_MAPPED:
        if known:
            st.caption(f"At least {count(len(known), 'different value')}; each keeps its own name.")
        return values
    with st.expander(f"Names of the labels ({len(known)})", expanded=bool(before)):
        pairs = {value: before.get(value, value) for value in known}
        named = map_editor(
            pairs, "Give two values the same name to make them one.", f"map-{key}-{column}"
        )
        if named != pairs:
            values["label_map"] = named
    return values


def _cleaning(found: Found, key: str) -> dict[str, Any]:
    from engine.data.clean import STEPS

    with st.expander(f"Cleaning ({len(found.clean)} steps)", icon=":material/cleaning_services:"):
        st.caption("The preview shows what each step changes in the first rows.")
        chosen = [
            step.name
            for step in STEPS.values()
            if st.checkbox(
                step.title, step.name in found.clean, key=f"clean-{step.name}-{key}",
                help=plain(step.description),
            )
        ]  # fmt: skip
    return {} if chosen == found.clean else {"clean": chosen}


def _split(found: Found, key: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    with st.expander("Training, validation and test", icon=":material/call_split:"):
        offered = [NONE, *found.columns]
        column = st.selectbox(
            "Column that already says it", offered, index=offered.index(found.split_column),
            key=f"split-{key}", format_func=lambda c: c or "None",
            help="A column with train, validation or test in it.",
        )  # fmt: skip
        if column != found.split_column:
            values["split_column"] = column
        # Streamlit's two-ended slider is one knob for three shares that must add up to one.
        low, high = st.slider(
            "Training, validation, test (%)", 0, 100, (80, 90), step=5, key=f"shares-{key}",
            help="Left of the first handle is learnt from, between them is looked at while "
            "training, right of the second is kept for the final score.",
        )  # fmt: skip
        st.caption(f"{low} % training, {high - low} % validation, {100 - high} % test")
    if (low, high) != (80, 90):
        values |= {
            "train": low / 100,
            "validation": round((high - low) / 100, 2),
            "test": round((100 - high) / 100, 2),
        }
    return values


def _changed(fields: tuple[str, ...], key: str) -> dict[str, Any]:
    from engine.data.spec_dataset import DatasetSpec

    chosen = spec_form(DatasetSpec, fields, key=key, labels=_MORE_LABELS)
    own = {f: DatasetSpec.model_fields[f].get_default(call_default_factory=True) for f in fields}
    return {name: value for name, value in chosen.items() if value != own[name]}


def _add(source: Artifact, spec: Any) -> None:
    if here := made(spec):
        # Adding it again would only give what is here another name, and take the old one away.
        st.success(
            f"Already added with these choices: {plain(here.title)}.", icon=":material/check:"
        )
        if st.button("Open the dataset", type="primary", icon=":material/open_in_new:"):
            nav.go("data", dataset=here.key)
        command_line(spec)
        return
    known = detected(str(source.path / "rows.parquet"), "auto").get("file", "")
    wish = known or _file_name(source).split(".")[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name", store().free_name(wish), key=f"name-{source.key}", max_chars=64, width=320,
            help="Lower-case letters, digits, dots and dashes. Other pages and commands use it.",
        )  # fmt: skip
        if st.button("Add the dataset", type="primary", icon=":material/check:"):
            store().check_name(name)
            job = jobs.submit(spec, store=store(), name=name)
            nav.go("data", job=job.id)
    command_line(spec)


def _read_again(source: Artifact) -> None:
    path = str(source.manifest.spec.get("path", ""))
    if not Path(path).is_file() or source.facts.get("format") in ("parquet", "excel"):
        return
    from engine.data.spec_source import SourceSpec

    with st.expander("Columns or letters look wrong?", type="compact"):
        fields = ("header", "delimiter", "encoding")
        given = {f: source.manifest.spec.get(f, "auto") for f in fields}
        read_as = [f"{f}: {source.facts[f]}" for f in fields if source.facts.get(f) is not None]
        if read_as:
            st.caption(plain("It was read with " + ", ".join(read_as)))
        values = spec_form(SourceSpec, fields, defaults=given, key=f"again-{source.key}")
        if st.button("Read it again", disabled=values == given):
            read_file(path, **values)


def _file_name(source: Artifact) -> str:
    return str(source.manifest.spec.get("path", source.title)).replace("\\", "/").split("/")[-1]
