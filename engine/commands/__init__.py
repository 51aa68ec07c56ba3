"""Words of a command line in, the right command out; only what the command needs is imported."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from engine.errors import InputError
from engine.stages import STAGES

_HELP = ("-h", "--help", "help")
_OTHERS = {
    "predict": "Classify one text, or a whole file.",
    "assign": "Find the topic of one new text, or of a whole file.",
    "explain": "Say which words made an answer, and how far to believe it.",
    "topics compare": "Say what became of each topic in another find of topics.",
    "topics trends": "Say which topics rise and fall over time.",
    "topics edits": "Write the edits of topics to a file, to make them elsewhere.",
    "starter": "Pack a classifier as one that comes with Limn.",
    "export": "Take a classifier or topics away: a folder, a page of the map, a figure.",
    "artifacts": "list, show, verify, keep, rename, remove or prune what is cached.",
    "jobs": "list, show, stop, cancel, resume or remove jobs.",
    "doctor": "Say what this machine can do and what is missing.",
}


def dispatch(words: list[str]) -> dict[str, Any] | None:
    """Run the command that `words` name; returns what belongs on the last line.

    Raises:
        InputError: no such command, or its arguments cannot be used.
    """
    stages = {stage.verb: stage for stage in STAGES}
    # The longer verb first: "topics label" begins as "topics" does.
    for verb in sorted([*stages, *_OTHERS], key=lambda one: -len(one.split())):
        if (rest := _after(verb, words)) is None:
            continue
        if verb in stages:
            from engine.commands.stage import run_stage
            from engine.commands.together import launched, run_together

            return (run_together if launched() else run_stage)(stages[verb], rest)
        command = import_module(f"engine.commands.{verb.replace(' ', '_')}")
        result: dict[str, Any] | None = command.run(rest)
        return result
    if words and words[-1] in _HELP and (commands := _commands(words[:-1])):
        _tell(commands)
        return None
    told = f"There is no command '{' '.join(words[:2])[:80]}'" if words else "Name a command"
    known = ", ".join(_commands(words[:1]) or _commands([]))
    raise InputError(f"{told}. There is: {known}. See: python -m engine --help")


def _after(verb: str, words: list[str]) -> list[str] | None:
    """What follows `verb` in `words`; None where they begin otherwise."""
    parts = verb.split()
    return words[len(parts) :] if words[: len(parts)] == parts else None


def _commands(begin: list[str]) -> dict[str, str]:
    """Every command that begins with these words, and what it does."""
    every = {**{stage.verb: stage.help for stage in STAGES}, **_OTHERS}
    return {verb: text for verb, text in every.items() if verb.split()[: len(begin)] == begin}


def _tell(commands: dict[str, str]) -> None:
    lines = "\n".join(f"  {verb:<13} {text}" for verb, text in commands.items())
    # Past the border's redirection of prints: help is what was asked for.
    (sys.__stdout__ or sys.stderr).write(
        f"python -m engine COMMAND ...   (COMMAND --help for its options)\n\n{lines}\n\n"
        "The last line printed is one JSON object. Exit: 0 done, 2 input to mend, 1 our failure.\n"
    )
