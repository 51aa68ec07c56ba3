"""A word in, whether it is one that holds sentences together rather than says something, out."""

from __future__ import annotations

from functools import cache

_SAY_SOMETHING = frozenset(
    "not no never nor none nothing cannot without but however least less more most much few only "
    "too very well against".split()
)
_MARKS_THAT_SAY = frozenset("!?$%€£")


def is_small(word: str) -> bool:
    """Whether a casefolded word is an English function word, or a mark that only parts others.

    Words that turn or weigh what is said (not, but, very) are none, nor is a mark with a tone.
    """
    if not any(sign.isalnum() for sign in word):
        return not set(word) & _MARKS_THAT_SAY and all(ord(sign) < 0x2100 for sign in word)
    return word in _function_words()


@cache
def _function_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) - _SAY_SOMETHING
