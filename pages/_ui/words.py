"""The engine's short names in, words for people out."""

from __future__ import annotations

from engine.jobs.record import State

VERBS = {
    "data import": "Read a file",
    "data fetch": "Download a public dataset",
    "data add": "Add a dataset",
    "data audit": "Profile and audit",
    "data edit": "Apply edits",
    "data extend": "Put added texts under a file",
    "data join": "Put two files together",
    "data append": "Put two datasets together",
    "tokenize": "Cut texts into tokens",
    "embed": "Turn texts into vectors",
    "distill": "Make a draft encoder",
    "onnx": "Prepare an encoder for live answers",
    "neighbors": "Look for neighbours",
    "words": "Count words",
    "topics export": "Make a file of topics",
    "topics label": "Let a language model name topics",
    "topics coherence": "Measure the coherence of topics",
    "topics stability": "Find topics again",
    "topics sweep": "Try least sizes of a topic",
    "topics assigner": "Make topics ready for new documents",
    "topics add": "Add documents to topics",
    "project add": "Place documents on a map",
    "assign file": "Find the topics of a whole file",
    "train": "Train a classifier",
    "rehearse": "Check a training before it starts",
    "repeat": "Train with several seeds",
    "search": "Search for the best settings",
    "evaluate": "Score a classifier",
    "doubts": "Look for wrong labels",
    "explain topics": "Weigh the words of topics",
    "explain corpus": "Weigh the words of a dataset",
    "explain mended": "See whether a fault is gone",
    "baseline": "Score the simplest classifiers",
    "compare": "Compare two classifiers",
    "predict file": "Predict a whole file",
    "model export": "Make a model to take away",
    "model import": "Bring in a model",
}
KINDS = {
    "source": "File",
    "dataset": "Dataset",
    "audit": "Audit",
    "tokens": "Tokens",
    "vectors": "Vectors",
    "neighbors": "Neighbours",
    "words": "Counted words",
    "labels": "Proposed names of topics",
    "topics-export": "File of topics",
    "coherence": "Coherence of topics",
    "stability": "Stability of topics",
    "sweep": "Least sizes of a topic",
    "assigner": "Topics ready for new documents",
    "assignments": "Assigned file",
    "draft": "Draft encoder",
    "onnx": "Exported encoder",
    "model": "Classifier",
    "rehearsal": "Check before a training",
    "repeats": "Several seeds",
    "search": "Search for settings",
    "evaluation": "Evaluation",
    "doubts": "Doubted labels",
    "driving-words": "Driving words of topics",
    "attributions": "Weighed words",
    "mended": "Faults before and after",
    "baseline": "Baseline",
    "comparison": "Comparison",
    "predictions": "Predicted file",
    "export": "Model to take away",
}
STATES = {
    State.QUEUED: ("Waiting", "gray", ":material/schedule:"),
    State.RUNNING: ("Running", "blue", ":material/play_circle:"),
    State.DONE: ("Done", "green", ":material/check_circle:"),
    State.STOPPED: ("Stopped, best kept", "green", ":material/stop_circle:"),
    State.FAILED: ("Failed", "red", ":material/error:"),
    State.CANCELLED: ("Cancelled", "gray", ":material/cancel:"),
}
_UNITS = {"mib": "MiB", "gib": "GiB"}


def verb(name: str) -> str:
    """'Train a classifier' for "train"."""
    return VERBS.get(name, name[:1].upper() + name[1:])


def kind(name: str) -> str:
    """'Classifier' for "model"."""
    return KINDS.get(name, name[:1].upper() + name[1:])


def field(name: str) -> str:
    """'Learning rate' for "learning_rate"."""
    words = [_UNITS.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])
