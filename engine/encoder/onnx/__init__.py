"""An encoder in, the same vectors through ONNX Runtime out: to answer takes no torch."""
