"""Artifact names and keys in, what they hold out; whatever is read twice is cached by key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import NotFoundError
from engine.progress import SILENT
from engine.resolve import resolve
from engine.spec import Spec
from engine.store import Artifact, Store, default_store
from engine.store.files import read_json


def store() -> Store:
    """The store of this server."""
    return default_store()


def artifact(reference: str | None, kind: str) -> Artifact | None:
    """The artifact of that name or key; None where there is none (an empty state then)."""
    if not reference:
        return None
    try:
        return store().get(reference, kind)
    except NotFoundError:
        return None


def made(spec: Spec) -> Artifact | None:
    """What `spec` would make, where that is here already. The spec must name no files."""
    wanted = resolve(spec, store(), SILENT)
    return store().find(wanted.stage.makes, wanted.key())


def payload_json(found: Artifact, name: str) -> Any:
    """The JSON payload `name` of an artifact; None where it is missing."""
    return _json(str(found.path / name))


def payload_rows(
    found: Artifact, name: str, columns: tuple[str, ...] = (), *, start: int = 0, n: int = 100
) -> list[dict[str, Any]]:
    """Rows `start` to `start + n` of the Parquet payload `name`, of `columns` (empty: all)."""
    return _rows(str(found.path / name), columns, start, n)


def payload_columns(found: Artifact, name: str, columns: tuple[str, ...]) -> dict[str, list[Any]]:
    """Whole columns of a Parquet payload; ask only for narrow ones."""
    return _columns(str(found.path / name), columns)


# Payloads never change, so a path with a content key in it is all the cache needs to know.
@st.cache_data(max_size="64mb", show_spinner=False)
def _json(path: str) -> Any:
    return read_json(Path(path))


@st.cache_data(max_size="64mb", show_spinner=False)
def _rows(path: str, columns: tuple[str, ...], start: int, n: int) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    picked: list[dict[str, Any]] = []
    with pq.ParquetFile(path) as file:
        before = 0
        for group in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if before + rows > start and before < start + n:
                table = file.read_row_group(group, columns=list(columns) or None)
                first = max(0, start - before)
                picked += table.slice(first, n - len(picked)).to_pylist()
            before += rows
    return picked


@st.cache_data(max_size="128mb", show_spinner=False)
def _columns(path: str, columns: tuple[str, ...]) -> dict[str, list[Any]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(columns))
    return {name: table.column(name).to_pylist() for name in columns}
