"""An encoder in, its graph without weights out: some kilobytes that any weights of its shape fill.

``python -m engine.encoder.onnx.weightless`` makes the one that comes with Limn, of the default
encoder; it takes PyTorch, filling it (:mod:`engine.encoder.onnx.filled`) does not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.encoder.hub.find import DEFAULT, find_folder
from engine.encoder.hub.folder import Recipe, read_recipe
from engine.encoder.onnx.weights import mapped

_TURNED = ":T"
_MICROSOFT = "com.microsoft"
_SMALL = 64
"""Numbers of a constant that stays in the graph."""


def save_weightless(recipe: Recipe, path: Path) -> None:
    """Write the graph to `path`, its weights called after those of the encoder's safetensors file.

    It begins with embedded words, so that of the largest weight only the rows of a text are read.
    Products take a linear part's weight as the file has it (out, in), so that nothing is copied.

    Raises:
        InputError: the type of encoder cannot be exported.
        ValueError: something in the graph is not a weight of the file.
    """
    import onnx
    from onnx import numpy_helper

    from engine.encoder.onnx.export import save_graph

    weights = mapped(recipe.weights[0])
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "encoder.onnx"
        save_graph(recipe, whole, embedded=True)
        model = onnx.load(str(whole))
    graph = model.graph
    names: dict[str, str] = {}
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.size <= _SMALL or array.dtype.kind == "i":
            continue  # of shapes and positions, no weight
        names[tensor.name] = _name(tensor.name.removeprefix("model."), array, weights)
        _empty(tensor, names[tensor.name], array)
    for node in graph.node:
        _rename(node, names)
        node.ClearField("doc_string")
        del node.metadata_props[:]
    model.opset_import.add(domain=_MICROSOFT, version=1)
    del graph.value_info[:]
    del graph.metadata_props[:]
    for tensor in graph.initializer:
        tensor.ClearField("doc_string")
        del tensor.metadata_props[:]
    path.write_bytes(model.SerializeToString())


def _name(wish: str, array: Any, weights: Mapping[str, Any]) -> str:
    """What the file calls this array, with :T where it is the other way round there."""
    same = [n for n, w in weights.items() if w.shape == array.shape and np.array_equal(w, array)]
    if same:
        return wish if wish in same else same[0]
    turned = [
        n for n, w in weights.items() if w.T.shape == array.shape and np.array_equal(w.T, array)
    ]
    if not turned:
        raise ValueError(f"{wish} {array.shape} is not a weight of the encoder")
    return f"{turned[0]}{_TURNED}"


def _rename(node: Any, names: Mapping[str, str]) -> None:
    node.input[:] = [names.get(name, name) for name in node.input]
    if node.op_type == "MatMul" and node.input[1].endswith(_TURNED):
        node.op_type, node.domain = "FusedMatMul", _MICROSOFT
        node.input[1] = node.input[1].removesuffix(_TURNED)
        turn = node.attribute.add()
        turn.name, turn.type, turn.i = "transB", turn.INT, 1
    if any(name.endswith(_TURNED) for name in node.input):
        raise ValueError(f"{node.op_type} takes a turned weight")


def _empty(tensor: Any, name: str, array: Any) -> None:
    """Make a constant of the graph a mere name with a shape, to be given when it is opened."""
    from onnx import TensorProto

    for field in ("raw_data", "float_data", "int64_data", "int32_data"):
        tensor.ClearField(field)
    if name.endswith(_TURNED):
        tensor.dims[:] = tensor.dims[::-1]
    tensor.name = name.removesuffix(_TURNED)
    tensor.data_location = TensorProto.EXTERNAL
    del tensor.external_data[:]
    for key, value in (("location", "given"), ("offset", "0"), ("length", str(array.nbytes))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value


if __name__ == "__main__":
    save_weightless(read_recipe(find_folder(DEFAULT)), Path(__file__).with_name(f"{DEFAULT}.onnx"))
