"""A classifier in, one ONNX graph from token ids to probabilities out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.classifier import Classifier
from engine.classify.export.folder import dense_steps
from engine.encoder.onnx.export import export_encoder
from engine.encoder.onnx.session import GRAPH, TOKENIZER
from engine.errors import InputError

_LARGEST = 1_900_000_000
"""Bytes of a graph with its weights in one file: protobuf holds no more than 2 GiB."""


def write_graph(classifier: Classifier, folder: Path, *, scratch: Path) -> None:
    """Write ``model.onnx`` (encoder, head and softmax) and the tokenizer into `folder`.

    The graph takes ids and mask, both (n, length) int64, and gives logits (divided by the
    temperature) and probabilities, both (n, n_labels) float32.

    Raises:
        InputError: this type of encoder cannot be exported.
    """
    import onnx

    made = scratch / "onnx"
    shutil.rmtree(made, ignore_errors=True)
    export_encoder(classifier.encoder, made)
    size = sum(path.stat().st_size for path in made.iterdir())
    if size > _LARGEST:
        raise InputError("The encoder is too large for an ONNX file of one piece (2 GiB).")
    graph = onnx.load(str(made / GRAPH))
    _add_head(graph, classifier)
    onnx.checker.check_model(graph)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, str(folder / "model.onnx"))
    shutil.copyfile(made / TOKENIZER, folder / "tokenizer.json")
    shutil.rmtree(made, ignore_errors=True)


def _add_head(model: Any, classifier: Classifier) -> None:
    """Put the head's layers and a softmax behind the graph's vectors."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    last = "vectors"

    def constant(name: str, array: Any) -> str:
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(kind: str, inputs: list[str], output: str, **more: Any) -> str:
        graph.node.append(helper.make_node(kind, inputs, [output], name=f"head/{output}", **more))
        return output

    steps = dense_steps(classifier)
    for n, (weight, bias, activation) in enumerate(steps):
        name = "logits" if n == len(steps) - 1 else f"hidden_{n}"
        turned = constant(f"head.{n}.weight", np.asarray(weight, dtype=np.float32).T)
        offset = constant(f"head.{n}.bias", np.asarray(bias, dtype=np.float32))
        last = node("MatMul", [last, turned], f"{name}_product")
        last = node("Add", [last, offset], name)
        if activation == "gelu":  # made of what every version of ONNX has
            inner = node("Mul", [last, constant("head.root", np.float32(1 / np.sqrt(2)))], "inner")
            bell = node("Erf", [inner], "bell")
            bell = node("Add", [bell, constant("head.one", np.float32(1))], "bell_1")
            half = node("Mul", [last, constant("head.half", np.float32(0.5))], "half")
            last = node("Mul", [half, bell], f"{name}_active")
        elif activation:
            last = node(activation.capitalize(), [last], f"{name}_active")
    node("Softmax", ["logits"], "probabilities", axis=-1)
    del graph.output[:]
    for name in ("logits", "probabilities"):
        shape: list[str | int | None] = ["n", len(classifier.labels)]
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
