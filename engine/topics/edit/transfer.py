"""Edits made on one fit in, those that can be made on this one out, and why the others cannot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Edit, edit_of, plain
from engine.topics.edit.replay import Skipped, about, after, found_again, replay
from engine.topics.edit.stand import stand


@dataclass(frozen=True)
class EditList:
    """edits: oldest first. topics: key of the artifact they were made on. texts: what identifies
    its documents, in their order. Both are "" where a list does not say."""

    edits: tuple[Edit, ...]
    topics: str = ""
    texts: str = ""

    def plain(self) -> dict[str, Any]:
        """JSON-able."""
        return {"topics": self.topics, "texts": self.texts, "edits": plain(list(self.edits))}


def read_list(text: str | bytes, name: str) -> EditList:
    """The list of edits in a JSON file called `name`.

    Raises:
        InputError: it holds none; the sentence names the first edit that is none.
    """
    try:
        said = json.loads(text)
    except ValueError as error:
        raise InputError(f"{name} is not a JSON file of edits.") from error
    entries = said.get("edits") if isinstance(said, dict) else said
    if not isinstance(entries, list):
        raise InputError(f"{name} holds no list of edits.")
    edits = tuple(edit_of(entry, f"Edit {n} of {name}") for n, entry in enumerate(entries, 1))
    told = said if isinstance(said, dict) else {}
    return EditList(edits, str(told.get("topics", "")), str(told.get("texts", "")))


def listed(edits: Sequence[Edit], context: Context) -> EditList:
    """The edits with what says where they were made."""
    return EditList(tuple(edits), context.artifact.key, texts_of(context))


def texts_of(context: Context) -> str:
    """What identifies the documents of the topics, in their order; "" where the dataset is gone."""
    found = (a for a in context.store.inputs(context.artifact) if a.kind == "dataset")
    dataset = next(found, None)
    return str(dataset.facts.get("text_digest", "")) if dataset else ""


def transfer(
    given: EditList, done: Sequence[Edit], context: Context
) -> tuple[list[Edit], list[Skipped]]:
    """The edits of `given` that can be made after `done`, with the topics as they are called here.

    On the fit they were made on, before anything else was done, they are taken as they are. On
    another each is matched by the words of its topics, against the topics as they stand after the
    ones before it; those that name documents are only made where the documents are the same.

    Returns:
        The edits to make, and those left out.
    """
    same_fit = given.topics == context.artifact.key and not done
    same_texts = bool(given.texts) and given.texts == texts_of(context)
    state, _, _ = replay(done, context)
    made: list[Edit] = []
    skipped: list[Skipped] = []
    for number, edit in enumerate(given.edits, 1):
        try:
            if not same_fit:
                topics = stand(state, context)
                edit = about(found_again(edit, topics, same_texts=same_texts), topics)
            _, state, _ = after([*done, *made], edit, context)
        except InputError as error:
            skipped.append(Skipped(number, edit, str(error)))
        else:
            made.append(edit)
    return made, skipped
