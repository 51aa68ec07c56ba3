"""Topics asked for, by name or by seed words, in; which documents are about each of them out."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.centres import sums, unit
from engine.topics.cluster.cluster import largest_first
from engine.topics.topics import NO_TOPIC
from engine.topics.words.counts import Words
from engine.topics.words.describe import Encode

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

LEAST = 1.5
ALONE = 1.75
"""Beyond `least`: how far a document must stand out to be taken whatever its dense spot is like."""
NEAR_BEST = 0.4
"""Of how far the best dense spot stands out: so much at least the others must, too."""
KNOWN = 0.6
MOST = 0.6
"""Share of a topic's documents: where so many go to a topic asked for, the others go along."""
_LOW = (0.1, 0.3)
_NORMAL = (-1.28155, -0.52440)
_USUAL, _SAMPLE = 2000, 300
_BLOCK = 65_536


@dataclass(frozen=True)
class Asked:
    """A topic that a person knows of: seed words, or a single name that it keeps."""

    words: tuple[str, ...]
    named: bool

    @property
    def called(self) -> str:
        """What to call it in a sentence."""
        return self.words[0] if self.named else ", ".join(self.words)


def asked(names: Sequence[str], seeds: Sequence[Sequence[str]]) -> tuple[Asked, ...]:
    """The names first, then the lists of seed words."""
    return (
        *(Asked((name,), named=True) for name in names),
        *(Asked(tuple(words), named=False) for words in seeds),
    )


def directions(topics: Sequence[Asked], encode: Encode) -> Floats:
    """(t, width) float32 of length 1: the vector of each name, or the mean of its seed words'."""
    return unit(np.stack([encode(list(topic.words)).mean(axis=0) for topic in topics]))


def drawn(
    vectors: Floats, spots: Ints, wanted: Floats, usual: Floats, *, least: float = LEAST
) -> Ints:
    """(n,) int32: which topic asked for each document is about, -1 for those about none.

    A cosine of 0.3 is much for one encoder and name, and little for others. So cosines are counted
    in standard deviations above the usual document, both taken from the lower side, where the
    documents that are about it do not weigh. A dense spot goes to the topic that stands out most in
    it: on the mean `least` or more, and 40 % of what that topic does in its best spot. Documents of
    it below the usual stay behind; those of other spots go where they stand out by 1.75 more. The
    limits were measured on news, reviews and papers; see benchmarks/topics_asked.py.

    Every phrase stands out somewhere. So a topic takes nothing unless there is a dense spot that it
    describes better than 60 % of the corpus's own usual words do.

    Args:
        vectors: (n, width) float32 of length 1; may be memory-mapped.
        spots: (n,) int32, the dense spot of each document, 0 to m - 1; all of one spot say nothing,
            so each document is then a spot of its own.
        wanted: (t, width) float32 of length 1, see :func:`directions`.
        usual: (w, width) float32 of length 1, the vectors of words that the corpus is made of.
        least: How far a dense spot must stand out.

    Raises:
        InputError: vectors of another encoder.
    """
    n, t = len(vectors), len(wanted)
    if wanted.shape[1] != vectors.shape[1]:
        raise InputError(
            f"The documents' vectors have {vectors.shape[1]} numbers, this encoder's "
            f"{wanted.shape[1]}; choose the encoder that read the documents."
        )
    if not spots.any():
        spots = np.arange(n, dtype=np.int32)
    m = int(spots.max()) + 1
    alike = np.empty((n, t), dtype=np.float32)
    for start in range(0, n, _BLOCK):
        alike[start : start + _BLOCK] = np.asarray(vectors[start : start + _BLOCK]) @ wanted.T
    far = _standing_out(alike)
    middle = unit(sums(vectors, spots, m))
    known = _known(middle @ wanted.T, middle @ usual.T)
    far[:, ~known.any(axis=0)] = -np.inf
    sizes = np.bincount(spots, minlength=m)
    means = np.stack([np.bincount(spots, one, m) for one in far.T], axis=1) / sizes[:, None]
    reach = np.maximum(least, NEAR_BEST * means.max(axis=0))
    whole = _best(means, reach)[spots]
    below = far[np.arange(n), whole] < 0
    own = _best(far, reach + ALONE)
    return np.where(own >= 0, own, np.where(below, NO_TOPIC, whole)).astype(np.int32)


def usual_words_of(words: Words) -> list[str]:
    """Up to 300 words spread over the 2,000 that most documents hold, the commonest first."""
    held = np.bincount(words.counts.indices, minlength=len(words.vocabulary))
    order = np.argsort(-held, kind="stable")[:_USUAL]
    return [words.vocabulary[i] for i in order[:: max(1, len(order) // _SAMPLE)]]


def carved(labels: Ints, place: Ints, *, least: int) -> tuple[Ints, dict[int, int]]:
    """The topics with those asked for cut out of them, and the label of each that took documents.

    A topic that lost 60 % or more to one of them was that topic by and large, and all of it goes
    along: so there are not two of one subject. Else its other documents stay a topic as long as
    they are `least`, and are in none where they are fewer. A topic that lost none stays as it is.

    Args:
        labels: (n,) int32, the topics as they were found, -1 for none.
        place: (n,) int32, the topic asked for of each document, or -1.
        least: Documents.

    Returns:
        (n,) int32 labels, largest topic first; and from place to label.
    """
    k, t = int(labels.max(initial=-1)) + 1, int(place.max(initial=-1)) + 1
    if not t:
        return largest_first(labels), {}
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    took = np.zeros((k, t), dtype=np.int64)
    both = (labels >= 0) & (place >= 0)
    np.add.at(took, (labels[both], place[both]), 1)
    # One more entry each: the last is that of the label -1.
    whole = np.where(took.max(axis=1) >= MOST * sizes, took.argmax(axis=1), NO_TOPIC)
    place = np.where(place == NO_TOPIC, np.append(whole, NO_TOPIC)[labels], place)
    left = sizes - took.sum(axis=1)
    gone = (left < sizes) & (left < least)
    rest = np.where(np.append(gone, True)[labels], NO_TOPIC, labels + t)
    fresh = largest_first(np.where(place >= 0, place, rest).astype(np.int32))
    return fresh, {int(one): int(fresh[place == one][0]) for one in np.unique(place[place >= 0])}


def check_seeds(rows: Path, topics: Sequence[Asked]) -> None:
    """Look whether each seed word is anywhere in the documents' titles and texts, in any case.

    Args:
        rows: rows.parquet of a dataset.
        topics: What is asked for; names may be in no document.

    Raises:
        InputError: some are nowhere; it names them.
    """
    from engine.data.duck import connect, file_literal

    words = list(dict.fromkeys(word for one in topics if not one.named for word in one.words))
    if not words:
        return
    holds = ", ".join(["bool_or(contains(said, lower(?)))"] * len(words))
    file = file_literal(rows)
    said = f"SELECT lower(concat_ws(' ', title, text)) AS said FROM read_parquet({file})"
    with connect() as con:
        found = con.execute(f"SELECT {holds} FROM ({said})", words).fetchone() or ()
    missing = [word for word, there in zip(words, found, strict=True) if not there]
    if missing:
        nowhere = ", ".join(repr(word) for word in missing)
        many = "these seed words" if len(missing) > 1 else "this seed word"
        raise InputError(
            f"No document has {many}: {nowhere}. Mend the spelling, or leave "
            f"{'them' if len(missing) > 1 else 'it'} out."
        )


def not_found(topics: Sequence[Asked], there: Container[int]) -> str:
    """A sentence about the topics that took no document; "" where each took some."""
    lost = [repr(one.called) for place, one in enumerate(topics) if place not in there]
    if not lost:
        return ""
    return (
        f"No group of documents is like {', '.join(lost)}, so there is no such topic. Other words "
        "may reach it: a few that its documents use."
    )


def _standing_out(alike: Floats) -> Floats:
    """(n, t) float32: cosines as standard deviations above the usual document."""
    low, high = np.quantile(alike, _LOW, axis=0)
    spread = np.maximum((high - low) / (_NORMAL[1] - _NORMAL[0]), 1e-6)
    centre = high - _NORMAL[1] * spread
    far: Floats = ((alike - centre) / spread).astype(np.float32)
    return far


def _best(far: NDArray[np.floating], reach: NDArray[np.floating]) -> Ints:
    """(m,) int32: the topic in which each stands out most, of those it reaches; -1 for none."""
    enough = np.where(far >= reach, far, -np.inf)
    best = np.where(np.isfinite(enough).any(axis=1), enough.argmax(axis=1), NO_TOPIC)
    return best.astype(np.int32)


def _known(wanted: Floats, usual: Floats) -> NDArray[np.bool_]:
    """(m, t) bool: whether each dense spot is nearer to the topic than to most usual words."""
    ranked = np.sort(usual, axis=1)
    below = [
        np.searchsorted(row, one, side="left") for row, one in zip(ranked, wanted, strict=True)
    ]
    found: NDArray[np.bool_] = np.stack(below) >= KNOWN * usual.shape[1]
    return found
