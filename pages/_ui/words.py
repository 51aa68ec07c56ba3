"""The engine's short names in, words for people out."""

from __future__ import annotations

from engine.jobs.record import State

VERBS = {
    "data import": "Read a file",
    "data fetch": "Download a public dataset",
    "data add": "Add a dataset",
    "data audit": "Profile and audit",
    "tokenize": "Cut texts into tokens",
    "embed": "Turn texts into vectors",
    "distill": "Make a draft encoder",
    "train": "Train a classifier",
    "evaluate": "Score a classifier",
}
KINDS = {
    "source": "File",
    "dataset": "Dataset",
    "audit": "Audit",
    "tokens": "Tokens",
    "vectors": "Vectors",
    "draft": "Draft encoder",
    "model": "Classifier",
    "evaluation": "Evaluation",
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
