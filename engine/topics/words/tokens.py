"""A text in, its words in order out."""

from __future__ import annotations

import re

# A letter, then letters, digits and inner hyphens: no numbers, no single letters.
_WORD = re.compile(r"[^\W\d_](?:\w++(?:-\w++)*+|(?:-\w++)++)")
# Scripts that put no spaces between words: Han, kana, Thai, Lao, Khmer, Myanmar.
_UNSPACED = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f]+")


def words_in(text: str) -> list[str]:
    """The words in lower case; of a script without spaces every two characters in a row.

    Pairs of characters are the usual stand-in for words there (Nie et al. 2000, "On the use of
    words and n-grams for Chinese information retrieval").
    """
    found = _WORD.findall(text.lower())
    if text.isascii() or not _UNSPACED.search(text):
        return found
    words: list[str] = []
    for word in found:
        end = 0
        for run in _UNSPACED.finditer(word):
            words += [w for w in (word[end : run.start()],) if len(w) > 1]
            part = run.group()
            words += [part[i : i + 2] for i in range(max(1, len(part) - 1))]
            end = run.end()
        words += [w for w in (word[end:],) if len(w) > 1]
    return words
