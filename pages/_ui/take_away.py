"""A classifier in, the folder to take away out: make it, see what is in it, download it."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.export.spec import ExportSpec
from engine.jobs import State
from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.format import count, size
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store
from pages._ui.texts import plain

_JOB = "exportjob"
_MOST_BYTES = 600_000_000
"""Largest folder that a button hands out: the browser's copy stands in the server's memory."""
_CODE = """from sentence_transformers import SentenceTransformer
import numpy as np

labels = {labels}
logits = SentenceTransformer("{folder}").encode(["A text to classify"])
shares = np.exp(logits - logits.max(1, keepdims=True))
shares /= shares.sum(1, keepdims=True)
print(dict(zip(labels, shares[0].tolist())))"""


def take_away(found: Artifact) -> None:
    """Draw it for the classifier `found`; the job is in the address as ?exportjob=."""
    st.subheader("Take it away", anchor=False)
    if job_id := st.query_params.get(_JOB):
        job = job_monitor(job_id, param=_JOB)
        if job and job.state in (State.DONE, State.STOPPED):
            st.query_params.pop(_JOB, None)
            st.rerun()
        return
    with boundary():
        spec = ExportSpec(model=found.key)
        if export := made(spec):
            _ready(found, export)
        else:
            _make(found, spec)
    _command(found)


def _make(found: Artifact, spec: ExportSpec) -> None:
    st.markdown(
        "A folder that needs no Limn: it loads with sentence-transformers, runs through ONNX "
        "without PyTorch, and brings a model card and a single-file script. The ONNX graph is "
        "compared with the classifier on its test texts before it is called equal."
    )
    if st.button("Make the folder", icon=":material/deployed_code:", key="take-away-make"):
        name = store().free_name(f"{found.title}-export")
        st.query_params[_JOB] = jobs.submit(spec, store=store(), name=name).id
        st.rerun()


def _ready(found: Artifact, export: Artifact) -> None:
    facts = export.facts
    parity = facts["parity"]
    _parity(parity)
    folder = export.path / "model"
    name = found.title
    if facts["size"] <= _MOST_BYTES:
        st.download_button(
            f"Download the folder (.zip, {size(facts['size'])})",
            partial(_zip, str(folder), name),
            file_name=f"{name}.zip",
            mime="application/zip",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
            key="take-away-zip",
        )
    else:
        st.info(
            f"The folder has {size(facts['size'])}, too much for the browser; the command below "
            "writes it on the machine Limn runs on."
        )
    with st.expander("What is in it", icon=":material/folder_open:"):
        for what, why in _contents(folder, facts):
            st.markdown(f"{what}: {plain(why)}")
    with st.expander("How to use it elsewhere", icon=":material/code:"):
        if (folder / "predict.py").is_file():
            st.caption("Without PyTorch, with the same cleaning as here:")
            st.code(
                f"pip install {_needs(folder)}\ncd {shlex.quote(name)}\n"
                'python predict.py "A text to classify"',
                language="bash",
            )
        st.caption("With sentence-transformers; give it cleaned texts:")
        st.code(_CODE.format(labels=facts["labels"], folder=name), language="python")
    with st.expander("Its model card", icon=":material/description:"):
        st.code(_read(folder / "README.md"), language="markdown", wrap_lines=True, height=360)


def _parity(parity: dict[str, Any]) -> None:
    if parity["ok"]:
        st.success(
            f"The ONNX graph says the same as the classifier: equal on {parity['texts']:,} of "
            f"{count(parity['texts'], 'text')} ({plain(parity['of'])}), logits at most "
            f"{parity['max_logit_difference']:.1e} apart.",
            icon=":material/verified:",
        )
    elif "texts" in parity:
        st.warning(
            f"The ONNX graph is not equal to the classifier: {parity['same_label']:.2%} of "
            f"{count(parity['texts'], 'text')} get the same category, and a logit is "
            f"{parity['max_logit_difference']:.1e} off where 1e-3 is allowed. The "
            "sentence-transformers folder is not touched by this.",
            icon=":material/warning:",
        )
    else:
        st.info(f"There is no ONNX graph: {plain(parity.get('why', ''))}", icon=":material/info:")


def _contents(folder: Path, facts: dict[str, Any]) -> list[tuple[str, str]]:
    parts = [
        ("**sentence-transformers** (the folder itself)",
         "encoder, pooling and head; encode gives the logits of the categories."),
        ("**limn.json**", "labels, cleaning steps and limits, for bringing it back into Limn."),
        ("**README.md**", "the model card: data, licence, scores with intervals, limits, command."),
        ("**parity.json**", "how far the ONNX graph is from the classifier."),
    ]  # fmt: skip
    if (folder / "onnx").is_dir():
        parts[1:1] = [
            ("**onnx/**", "one graph from token ids to probabilities, and its tokenizer."),
            ("**predict.py**", "a single file that predicts with the graph, cleaning included."),
        ]
    if facts["sequence"]:
        parts.append(("No transformers classifier", facts["sequence"]))
    else:
        parts.append(("**transformers/**", "for AutoModelForSequenceClassification."))
    return parts


def _command(found: Artifact) -> None:
    name = shlex.quote(found.name or found.key)
    with st.expander("The same from a terminal", icon=":material/terminal:"):
        st.code(
            f"python -m engine export {name} --to {shlex.quote(found.title)} --zip",
            language="bash",
            wrap_lines=True,
        )


def _needs(folder: Path) -> str:
    from engine.classify.classifier import Card
    from engine.classify.export.snippet import packages

    return " ".join(packages(Card.model_validate_json(_read(folder / "limn.json"))))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _zip(folder: str, name: str) -> bytes:
    """The packed folder, made when the button is pressed."""
    from engine.classify.export.pack import pack

    with store().temporary() as place:
        pack(Path(folder), place / "model.zip", inside=name)
        return (place / "model.zip").read_bytes()
