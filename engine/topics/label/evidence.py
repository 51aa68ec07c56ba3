"""A name that a model gave a topic, its words and documents in; whether they bear it out, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.topics.words.stop_words import stop_words
from engine.topics.words.tokens import words_in

_LONGEST, _MOST_WORDS = 60, 8
_SAME = 5
_LEAST_SHARE = 0.5
_LEAD = re.compile(r"^\W*(?:topic|label|name|title)(?:\s+name)?\s*[:\-–]\s*", re.IGNORECASE)
_THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)
_PLAIN = frozenset(
    "study studies research analysis topic topics text texts document documents".split()
)


@dataclass(frozen=True)
class Label:
    """A proposed name. `supported` says whether the topic's words or documents hold half of it or
    more; `why` what they do not say, or why there is no name; "" where they say it all."""

    topic: int
    name: str
    supported: bool
    why: str


def checked(topic: int, answer: str, words: Sequence[str], documents: Sequence[str]) -> Label:
    """The name in the answer, and whether half of its words are in the topic's own.

    A word counts as there where a word of the topic or of its documents begins with the same five
    letters, so that "learning" is borne out by "learn". An answer that is no name has name "".

    Args:
        topic: Its id.
        answer: What the model said.
        words: The topic's words.
        documents: Texts of the topic, those that were shown to the model.
    """
    name = _name(answer)
    if not name:
        return Label(topic, "", False, "The answer is not a name.")
    there = {_root(w) for text in (*words, *documents) for w in words_in(text)}
    said = [w for w in words_in(name) if w not in stop_words() and w not in _PLAIN]
    missing = [w for w in said if _root(w) not in there]
    if not said:
        return Label(topic, name, False, "It says nothing of the topic.")
    why = f"Neither words nor documents say: {', '.join(missing)}." if missing else ""
    return Label(topic, name, 1 - len(missing) / len(said) >= _LEAST_SHARE, why)


def _name(answer: str) -> str:
    lines = [line.strip() for line in _THINKING.sub("", answer).splitlines() if line.strip()]
    if not lines:
        return ""
    name = _LEAD.sub("", lines[0]).strip(" \t\"'`*#.“”‘’").strip()
    short = 1 < len(name) <= _LONGEST and len(name.split()) <= _MOST_WORDS
    return name if short and words_in(name) and not set(name) & set("{}<>[]") else ""


def _root(word: str) -> str:
    return word[:_SAME]
