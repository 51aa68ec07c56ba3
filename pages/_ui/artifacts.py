"""The cache in, a table of it out: one row opens its facts, its origin and what can be done."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from engine.settings import settings
from engine.store import Artifact
from engine.store.budget import GIB, prune
from pages._ui import nav, words
from pages._ui.empty import empty
from pages._ui.format import ago, count, duration, size
from pages._ui.loaders import store
from pages._ui.texts import plain, short


def budget() -> None:
    """How much of its budget the cache uses, and the button that frees some."""
    limit = settings().budget_gib * GIB
    used = sum(a.bytes for a in store().artifacts())
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            told = f"{used / GIB:.2f} of {settings().budget_gib:g} GiB used"
            st.progress(min(1.0, used / limit), text=told)
        with st.popover("Prune", icon=":material/mop:", help="Remove what was used least lately."):
            st.markdown(
                "The least recently used artifacts go until the cache fits. Kept ones, ones in "
                "use and all they were made from stay."
            )
            gib = st.number_input(
                "Make it fit (GiB)", 0.0, None, float(settings().budget_gib), step=1.0,
                help="Budget for this one time; the lasting one is budget_gib in limn.toml.",
            )  # fmt: skip
            if st.button("Prune now", type="primary"):
                removed = prune(store(), gib * GIB)
                freed = size(sum(a.bytes for a in removed))
                st.toast(f"Removed {count(len(removed), 'artifact')}, {freed}.")
                st.rerun()


def artifact_table() -> None:
    """Every artifact as a row; the chosen one stands in the address as ?artifact=key."""
    found = store().artifacts()
    if not found:
        empty(
            "Nothing is kept yet",
            "Datasets, classifiers and everything computed for them appear here.",
            icon=":material/inventory_2:",
            to="data",
            label="Add a dataset",
        )
        return
    kinds = list(dict.fromkeys(a.kind for a in found))
    only = None
    if len(kinds) > 1:
        only = st.pills(
            "Kind", kinds, format_func=words.kind, key="only-kind", label_visibility="collapsed",
            help="Show only this kind.",
        )  # fmt: skip
    shown = [a for a in found if only in (None, a.kind)]
    wanted = st.query_params.get("artifact", "")
    at = [i for i, a in enumerate(shown) if a.key == wanted]
    event = st.dataframe(
        {
            "Kind": [words.kind(a.kind) for a in shown],
            "Name": [titled(a) for a in shown],
            "Holds": [_holds(a) for a in shown],
            "Size": [size(a.bytes) for a in shown],
            "Made": [a.manifest.created for a in shown],
            "Keep": ["Kept" if store().is_kept(a) else "" for a in shown],
        },
        column_config={"Made": st.column_config.DatetimeColumn(format="distance")},
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": at}} if at else None,
        height=min(38 + 35 * len(shown), 400),
        key=f"artifacts-{only}",
    )
    rows = [i for i in event["selection"]["rows"] if i < len(shown)]
    if not rows:
        st.caption("Choose a row to see what it holds and where it came from.")
        return
    st.query_params["artifact"] = shown[rows[0]].key
    _details(shown[rows[0]])


def _holds(found: Artifact) -> str:
    facts = found.facts
    parts = []
    if isinstance(facts.get("rows"), int):
        parts.append(count(facts["rows"], "row"))
    if isinstance(facts.get("embeddings"), int):
        parts.append(f"{facts['embeddings']:,} x {facts.get('width')}")
        parts.append(f"{facts.get('docs_per_second') or 0:,.0f} texts/s by {facts.get('kernel')}")
    if found.kind == "tokens":
        parts.append(count(facts.get("n_tokens", 0), "token"))
    for name in ("accuracy", "macro_f1"):
        if isinstance(facts.get(name), float):
            parts.append(f"{words.field(name)} {facts[name]:.3f}")
    return ", ".join(parts)


def _details(found: Artifact) -> None:
    manifest = found.manifest
    with st.container(border=True):
        st.subheader(f"{words.kind(found.kind)} {plain(titled(found))}", anchor=False)
        st.caption(
            f"Key {found.key} · made {ago(manifest.created)} in {duration(manifest.seconds)} · "
            f"{size(found.bytes)}"
        )
        _buttons(found)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            st.markdown("**What it holds**")
            _facts(found.facts)
        with right:
            st.markdown("**Where it came from**")
            st.mermaid_chart(lineage(found))
        st.markdown("**The command that makes it**")
        st.code(manifest.command, language="bash", wrap_lines=True)
        with st.expander("Machine, versions and files"):
            _facts(manifest.machine)
            files = manifest.files
            st.dataframe(
                {"File": list(files), "Size": [size(entry.bytes) for entry in files.values()]},
                hide_index=True,
            )


def lineage(found: Artifact) -> str:
    """The artifact and all it came from as a Mermaid flowchart, from files down to itself."""
    everything = store().lineage(found)
    lines = ["flowchart TD"]
    for one in everything:
        title = short(titled(one), 28).replace('"', "'")
        lines.append(f'  {one.key}["{words.kind(one.kind)}<br/>{_mermaid(title)}"]')
        for field, reference in one.manifest.inputs.items():
            kind, key = reference.split("/", 1)
            if kind == "file":
                name = short(str(one.manifest.spec.get(field, "file")).split("/")[-1], 24)
                lines.append(f'  f{key}(["{_mermaid(name)}"]) --> {one.key}')
            elif any(other.key == key for other in everything):
                lines.append(f"  {key} --> {one.key}")
            else:
                lines.append(f'  {key}["{words.kind(kind)} (removed)"] -.-> {one.key}')
    return "\n".join(lines)


def _mermaid(text: str) -> str:
    return "".join(c if c.isalnum() or c in " ._-" else f"#{ord(c)};" for c in text)


def titled(found: Artifact) -> str:
    """Its name, or what it was made of: "of ag-news"."""
    if found.name:
        return found.name
    named = [a.name for a in store().inputs(found) if a.name]
    return f"of {named[-1]}" if named else found.title


def _facts(facts: dict[str, Any]) -> None:
    shown = {k: v for k, v in facts.items() if v not in (None, "", [], {})}
    # A table of st.table wraps long values, and reads markdown: hence the escape.
    st.table(
        {
            "What": [words.field(name) for name in shown],
            "Value": [plain(short(_value(value), 600)) for value in shown.values()],
        },
        border="horizontal",
        hide_index=True,
        hide_header=True,
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict) and all(isinstance(v, int | float | str) for v in value.values()):
        return ", ".join(f"{k}: {_value(v)}" for k, v in value.items())
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _buttons(found: Artifact) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.kind == "dataset":
            nav.link("data", "Open", icon=":material/open_in_new:", dataset=found.key)
        with st.popover("Rename", icon=":material/edit:"):
            name = st.text_input(
                "New name", found.name, key=f"name-{found.key}",
                help="Lower-case letters, digits, dots and dashes; names address it everywhere.",
            )  # fmt: skip
            if st.button("Save", key=f"save-{found.key}"):
                store().rename(found, name.strip())
                st.rerun()
        kept = store().is_kept(found)
        if st.toggle(
            "Keep", kept, key=f"keep-{found.key}",
            help="Pruning never takes a kept artifact, nor anything it was made from.",
        ) != kept:  # fmt: skip
            store().keep(found, not kept)
            st.rerun()
        if st.button(
            "Verify", key=f"verify-{found.key}", icon=":material/verified:",
            help="Read every file again and compare it with its checksum.",
        ):  # fmt: skip
            problems = store().verify(found)
            if problems:
                st.error(plain(" ".join(problems)) + " Remove it and run its command again.")
            else:
                st.success("Every file is as it was published.")
        with st.popover("Remove", icon=":material/delete:"):
            st.markdown("It goes for good; the command below makes it again.")
            if st.button("Remove it", type="primary", key=f"remove-{found.key}"):
                store().remove(found)
                st.query_params.pop("artifact", None)
                st.rerun()
