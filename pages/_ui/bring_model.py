"""A model's folder from elsewhere in, an import job out; then the classifier, ready to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine import jobs
from engine.classify.export.spec import ImportModelSpec
from engine.errors import InputError
from engine.jobs import State
from engine.settings import settings
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.files import allowed_file, keep_upload
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import store
from pages._ui.texts import plain

_JOB = "bringjob"


def bring_model() -> None:
    """Draw the ways in: a .zip through the browser, or a folder on this server.

    When the model is there the Predict page opens on it. The job is in the address as ?bringjob=.
    """
    if job_id := st.query_params.get(_JOB):
        job = job_monitor(job_id, param=_JOB)
        if job and job.state in (State.DONE, State.STOPPED):
            nav.go("predict", model=str(job.status.result.get("model", "")))
        return
    st.markdown(
        "A folder that was taken away from Limn, a sentence-transformers folder whose last step is "
        "a head for categories, or a transformers classifier (BERT, RoBERTa, DistilBERT, ELECTRA). "
        "Only safetensors are opened, and nothing in the folder is run."
    )
    upload, path = st.tabs(["Upload a .zip", "Path on this server"], key="bring-model")
    with upload, boundary():
        _upload()
    with path, boundary():
        _path()


def _upload() -> None:
    turn = st.session_state.setdefault("model-upload-turn", 0)
    limit = settings().upload_mib
    file = st.file_uploader(
        "The model's folder, packed as .zip",
        type=["zip"],
        key=f"model-upload-{turn}",
        max_upload_size=limit,
        help=f"Up to {limit:,} MiB through the browser; larger ones by their path on this server.",
    )
    if file is None:
        return
    with st.spinner("Keeping the file"):
        path = keep_upload(file, file.name)
    # A new key empties the widget, and with it the copy of the file in the server's memory.
    st.session_state["model-upload-turn"] = turn + 1
    _start(str(path))


def _path() -> None:
    folders = settings().folders
    if not folders:
        st.info(
            "Opening files by their path is switched off. Whoever runs this server can name the "
            'folders that may be opened: a line `folders = ["/data/models"]` in limn.toml. From a '
            "terminal it works at once: `python -m engine model import FOLDER`."
        )
        return
    asked = st.text_input(
        "Folder or .zip on this server",
        key="bring-model-path",
        placeholder=f"{folders[0]}/my-model",
        help="Only below: " + plain(", ".join(map(str, folders))),
    ).strip()
    if not asked:
        return
    spec = ImportModelSpec(folder=str(allowed(asked, folders)))
    if st.button("Bring it in", type="primary", icon=":material/input:"):
        _start(spec.folder)
    command_line(spec)


def allowed(asked: str, folders: Sequence[Path]) -> Path:
    """The real path of a folder, or a .zip file, below one of `folders`.

    Raises:
        InputError: it lies elsewhere, wherever it pretends to be.
        NotFoundError: it is not there.
    """
    roots = [folder.expanduser().resolve() for folder in folders]
    path = Path(asked).expanduser()
    for root in roots:
        real = (path if path.is_absolute() else root / path).resolve()
        if real.is_dir() and any(real.is_relative_to(one) for one in roots):
            return real
    file = allowed_file(asked, folders)
    if file.suffix.lower() != ".zip":
        raise InputError(f"{file.name} is a file: name the model's folder, or a .zip of it.")
    return file


def _start(folder: str) -> None:
    name = store().free_name(Path(folder).name.removesuffix(".zip"))
    spec = ImportModelSpec(folder=folder)
    st.query_params[_JOB] = jobs.submit(spec, store=store(), name=name).id
    st.rerun()
