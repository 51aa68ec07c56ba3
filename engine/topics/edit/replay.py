"""Edits in their order in, where they lead and which could not be made out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import InputError
from engine.topics.edit.apply import Report, apply
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Edit
from engine.topics.edit.state import State, first_state
from engine.topics.topics import Topics

_ALIKE = 0.3
_WORDS = 10
_REMEMBERED = 40


@dataclass(frozen=True)
class Skipped:
    """An edit that could not be made, its number from 1 and why."""

    number: int
    edit: Edit
    why: str


def replay(
    edits: Sequence[Edit], context: Context
) -> tuple[State, list[Report | None], list[Skipped]]:
    """All edits from the fit on; one that cannot be made is left out and told of.

    Returns:
        The state, a report for each edit (None where it was left out), and those left out. What
        the first edits led to is remembered in the context, so one more is only one more.
    """
    kept, keys = context.replayed, chained(edits)
    known = dict(kept)  # other sessions replay, and forget, at the same time
    done = max((n for n, key in enumerate(keys, 1) if key in known), default=0)
    start = (first_state(context.fit), (), ())
    state, reports, skipped = known[keys[done - 1]] if done else start
    if done:  # used last, so forgotten last: many looks ahead start from the same edits
        kept.pop(keys[done - 1], None)
        kept[keys[done - 1]] = state, reports, skipped
    for number, edit in enumerate(edits[done:], done + 1):
        try:
            state, report = apply(state, edit, context)
        except InputError as error:
            reports = (*reports, None)
            skipped = (*skipped, Skipped(number, edit, str(error)))
        else:
            reports = (*reports, report)
        kept[keys[number - 1]] = state, reports, skipped
    for key in list(kept)[:-_REMEMBERED]:
        kept.pop(key, None)
    return state, list(reports), list(skipped)


def after(done: Sequence[Edit], edit: Edit, context: Context) -> tuple[State, State, Report]:
    """The states before and after one more edit, and what it did; remembered as replayed.

    Raises:
        InputError: it cannot be made.
    """
    before, _, _ = replay(done, context)
    state, reports, skipped = replay([*done, edit], context)
    if (report := reports[-1]) is None:
        raise InputError(skipped[-1].why)
    return before, state, report


def chained(edits: Sequence[Edit]) -> list[str]:
    """A name for each beginning of the list: equal lists have equal ones."""
    running, names = hashlib.sha256(), []
    for edit in edits:
        running.update(edit.model_dump_json(exclude={"when", "about"}).encode())
        names.append(running.hexdigest()[:16])
    return names


def found_again(edit: Edit, topics: Topics, *, same_texts: bool = False) -> Edit:
    """The edit with the ids its topics have in other topics, told by their words.

    Raises:
        InputError: no topic there has enough of the same words, or the edit names documents and
            those there are others.
    """
    if getattr(edit, "places", ()) and not same_texts:
        raise InputError("It moves single documents, which are numbered otherwise there.")
    ids: dict[int, int] = {}
    for topic in edit.topics:
        words = edit.about.get(topic, [])
        near = {t.id: _shared(words, [word for word, _ in t.words]) for t in topics.found}
        best = max(near, key=near.__getitem__, default=-1)
        if best < 0 or near[best] < _ALIKE:
            raise InputError(f"No topic there is about {', '.join(words[:3]) or f'topic {topic}'}.")
        ids[topic] = best
    fields = edit.model_dump()
    for name in ("topic", "to"):
        if fields.get(name) in ids:
            fields[name] = ids[fields[name]]
    for name in ("into", "gone"):
        if name in fields:
            fields[name] = tuple(dict.fromkeys(ids[i] for i in fields[name]))
    fields["about"] = {ids[topic]: words for topic, words in edit.about.items() if topic in ids}
    if len(fields.get("into", (0, 0))) < 2:
        raise InputError("What it merges is one topic there already.")
    return type(edit).model_validate(fields)


def about(edit: Edit, topics: Topics) -> Edit:
    """The edit with the words of the topics it names, so that it can be found again elsewhere."""
    words = {t.id: [word for word, _ in t.words[:_WORDS]] for t in topics.found}
    return edit.model_copy(update={"about": {i: words.get(i, []) for i in edit.topics}})


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of the single words of the first that the second has too."""
    mine = {part for word in one for part in word.split()}
    theirs = {part for word in other for part in word.split()}
    return len(mine & theirs) / len(mine) if mine else 0.0
