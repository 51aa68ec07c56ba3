"""What encoders can do: each stage with its verb, its spec and function."""

from __future__ import annotations

from engine.stage import Stage

STAGES = (
    Stage(
        verb="tokenize",
        makes="tokens",
        spec="engine.encoder.spec:TokenizeSpec",
        build="engine.encoder.tokenizing.stage:build",
        help="Cut every text of a dataset into the pieces an encoder reads.",
    ),
    Stage(
        verb="embed",
        makes="vectors",
        spec="engine.encoder.spec:EmbedSpec",
        build="engine.encoder.embed:build",
        heavy=True,
        help="Turn every text of a dataset into a vector.",
    ),
    Stage(
        verb="distill",
        makes="draft",
        spec="engine.encoder.spec:DistillSpec",
        build="engine.encoder.distill:build",
        heavy=True,
        help="Make a quick draft of an encoder, for a first look at many texts.",
    ),
    Stage(
        verb="onnx",
        makes="onnx",
        spec="engine.encoder.onnx.spec:OnnxSpec",
        build="engine.encoder.onnx.stage:build",
        help="Export an encoder to ONNX, so that answers need no PyTorch.",
    ),
)
