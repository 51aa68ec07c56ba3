"""Artifact names and keys in, what they hold out; whatever is read twice is cached by key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import NotFoundError
from engine.progress import SILENT
from engine.resolve import addressed, resolve
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
        return addressed(store(), reference, kind)
    except NotFoundError:
        return None


def made(spec: Spec) -> Artifact | None:
    """What `spec` would make, where that is here already. The spec must name no files."""
    wanted = resolve(spec, store(), SILENT)
    return store().find(wanted.stage.makes, wanted.key())


def payload_json(found: Artifact, name: str) -> Any:
    """The JSON payload `name` of an artifact; None where it is missing."""
    return _json(str(found.path / name))


# Payloads never change, so a path with a content key in it is all the cache needs to know.
@st.cache_data(max_size="64mb", show_spinner=False)
def _json(path: str) -> Any:
    return read_json(Path(path))
