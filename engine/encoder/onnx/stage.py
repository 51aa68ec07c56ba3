"""The onnx stage: an encoder or a classifier in, its export out, compared before it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.encoder.onnx.spec import OnnxSpec
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.work import Work


def build(spec: OnnxSpec, work: Work) -> dict[str, Any]:
    """Write what :func:`engine.encoder.onnx.export.export_encoder` writes.

    Returns:
        encoder, width, max_length, difference and cosine.

    Raises:
        InputError: the encoder is not here, its type cannot be exported, the export differs, or the
            classifier uses an encoder that is not its own.
    """
    from engine.encoder.models import load_encoder
    from engine.encoder.onnx.export import export_encoder

    name = spec.encoder
    if spec.model:
        own = work.inputs["model"].path / "encoder"
        if not own.is_dir():
            title = work.inputs["model"].title
            raise InputError(f"{title} has no encoder of its own: name its encoder, --encoder.")
        name = str(own)
    work.progress.stage("Loading the encoder")
    encoder = load_encoder(name, device="cpu")
    work.progress.stage("Exporting and comparing")
    facts = export_encoder(encoder, work.out)
    shown = work.inputs["model"].title if spec.model else spec.encoder
    return {"encoder": shown, "width": encoder.width, "max_length": encoder.max_length, **facts}
