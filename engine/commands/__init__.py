"""Words of a command line in, the right command out; only what the command needs is imported."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from engine.errors import InputError
from engine.stages import STAGES

_OTHERS = {
    "predict": "Classify one text, or a whole file.",
    "artifacts": "list, show, verify, keep, rename, remove or prune what is cached.",
    "jobs": "list, show, stop, cancel or resume jobs.",
    "doctor": "Say what this machine can do and what is missing.",
}


def dispatch(words: list[str]) -> dict[str, Any] | None:
    """Run the command that `words` name; returns what belongs on the last line.

    Raises:
        InputError: no such command, or its arguments cannot be used.
    """
    if not words or words[0] in ("-h", "--help", "help"):
        _overview()
        return None
    for stage in STAGES:
        verb = stage.verb.split()
        if words[: len(verb)] == verb:
            from engine.commands.stage import run_stage

            return run_stage(stage, words[len(verb) :])
    if words[:2] == ["data", "fetch"]:
        words = ["fetch", *words[2:]]
    elif words[0] not in _OTHERS:
        known = ", ".join([*(stage.verb for stage in STAGES), "data fetch", *_OTHERS])
        raise InputError(f"There is no command '{' '.join(words[:2])}'. There is: {known}.")
    command = import_module(f"engine.commands.{words[0]}")
    result: dict[str, Any] | None = command.run(words[1:])
    return result


def _overview() -> None:
    import sys

    rows = [(stage.verb, stage.help) for stage in STAGES]
    rows += [("data fetch", "Download a public dataset."), *_OTHERS.items()]
    lines = [f"  {verb:<13} {text}" for verb, text in rows]
    sys.stderr.write(
        "python -m engine COMMAND ...   (COMMAND --help for its options)\n\n"
        + "\n".join(lines)
        + "\n\nThe last line printed is one JSON object. Exit: 0 done, 2 input to mend, "
        "1 our failure.\n"
    )
