"""One text in, an answer while one types out: through ONNX Runtime, never through PyTorch."""
