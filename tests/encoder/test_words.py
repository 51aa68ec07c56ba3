"""Tokenizing word by word gives what the real tokenizer gives, for any text."""

from __future__ import annotations

import csv
import gzip
import json
import os
import threading
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, models, normalizers, pre_tokenizers, processors
from tokenizers import Tokenizer as Backend

from engine.encoder.tokenizing import tokens, word_pieces, words
from engine.encoder.tokenizing.tokens import Tokenizer
from tests.tiny import WORDS

LIMIT = 12
PIECES = [
    *["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    *"abcdefghijklmnopqrstuvwxyz0123456789.,!?'-[]#@éß漢",
    *[f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789éß"],
    *WORDS,
    *["##ing", "mask", "sep", "##"],
]

SNIPPETS = st.sampled_from(
    [
        "[SEP]",
        "[MASK]",
        "[mask]",
        "[ SEP ]",
        "[[SEP]]",
        "x[CLS]y",
        "[MÁSK]",
        "<new>",
        "<NEW>",
        "alone",
        "balone",
        "new",
    ]
    + ["it’s", "naïve", "a\u0301", "漢字kanji", "İstanbul", "Σίσυφος", "🙂", "a\u200bb", "a\u00a0b"]
    + [
        "\x00",
        "a\x07b",
        "\x1c",
        "\x85",
        "\u2028",
        "\ufffd",
        "\t",
        "\n",
        "\r\n",
        "  ",
        "\x0b",
        "\x7f",
    ]
    + ["rain", "Raining,", "the-market", "3.14", "##ing", "a" * 99, "b" * 100, "c" * 101, "é" * 101]
)
ASCII = st.text(st.characters(max_codepoint=127), max_size=80)
MIXED = st.lists(st.one_of(SNIPPETS, ASCII, st.text(max_size=20)), max_size=12).map(
    lambda parts: "".join(parts)
)
SPACED = st.lists(SNIPPETS, max_size=25).map(" ".join)
TEXTS = st.lists(
    st.one_of(ASCII, MIXED, SPACED).filter(lambda text: text.isascii() or _whole_unicode(text)),
    min_size=1,
    max_size=12,
)


def _whole_unicode(text):
    return text.encode("utf-8", "replace").decode() == text


def backend(*, lowercase=True, clean=True, strip=None, added=()):
    made = Backend(
        models.WordPiece({piece: n for n, piece in enumerate(PIECES)}, unk_token="[UNK]")
    )
    made.normalizer = normalizers.BertNormalizer(
        lowercase=lowercase, clean_text=clean, strip_accents=strip
    )
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.add_special_tokens(PIECES[:5])
    made.add_tokens([*added, AddedToken("alone", single_word=True, lstrip=True, rstrip=True)])
    return made


def both(real, texts, limit=LIMIT, **more):
    """The same tokenizer twice: by words, and as the library does it."""
    ours, theirs = (Tokenizer(real, max_length=limit, **more) for _ in range(2))
    assert ours._words() is not None
    theirs._words_tried = True
    assert theirs._words() is None
    return ours(texts), theirs(texts)


def assert_same(texts, found, expected):
    assert found.flat.dtype == np.int32
    for place, text in enumerate(texts):
        assert found[place].tolist() == expected[place].tolist(), repr(text)
    assert found.offsets.tolist() == expected.offsets.tolist()
    assert found.truncated.tolist() == expected.truncated.tolist()


@pytest.fixture(autouse=True)
def _by_words(monkeypatch):
    """Word by word from the first letter on, in parts of a few words."""
    monkeypatch.setattr(tokens, "_FEW_CHARACTERS", 0)
    monkeypatch.setattr(words, "_PART_CHARACTERS", 100)
    monkeypatch.setattr(word_pieces, "_RUN", 3)


KINDS = {
    "uncased": backend(),
    "cased": backend(lowercase=False),
    "not cleaned": backend(clean=False),
    "accents kept": backend(strip=False),
    "cased, accents dropped": backend(lowercase=False, strip=True),
    "with tokens of its own": backend(added=["<new>", "rain"]),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, limit=st.integers(3, 30))
@example(texts=["", " ", "\n\t", "[SEP]", "a [MASK] b", "RAIN rain train"], limit=5)
@example(texts=["\x1f", "0RAIN"], limit=3)  # as many words as asked for, one of them in two
def test_any_text_by_words_is_as_the_library_does_it(kind, texts, limit):
    assert_same(texts, *both(KINDS[kind], texts, limit))


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, lower=st.booleans(), prompt=st.sampled_from(["query: ", "a", "[SEP] ", "é"]))
def test_prompt_and_lowering_come_first(texts, lower, prompt):
    assert_same(texts, *both(KINDS["cased"], texts, lower=lower, prompt=prompt))


@pytest.mark.parametrize("limit", [3, 4, 5])
def test_a_text_of_just_the_limit_is_not_cut(limit):
    texts = ["rain " * n for n in range(7)] + ["raining " * n for n in range(4)]
    found, expected = both(KINDS["uncased"], texts, limit)
    assert_same(texts, found, expected)
    assert found.truncated.tolist()[:7] == [n > limit - 2 for n in range(7)]


def test_a_limit_without_room_is_the_librarys_own_affair():
    assert Tokenizer(backend(), max_length=2)(["rain rain"])[0].tolist() == [2, 3]


def test_words_are_forgotten_when_they_are_many(monkeypatch):
    monkeypatch.setattr(word_pieces, "_MOST_WORDS", 20)
    ours, theirs = Tokenizer(backend(), max_length=9), Tokenizer(backend(), max_length=9)
    theirs._words_tried = True
    for turn in range(30):
        texts = [f"{word}{turn} rain {word} x{turn}" for word in WORDS[:8]]
        assert_same(texts, ours(texts), theirs(texts))
        assert len(ours._words()._pieces) < 20 + 40


def test_threads_share_one(monkeypatch):
    monkeypatch.setattr(word_pieces, "_MOST_WORDS", 60)
    shared, alone = (Tokenizer(backend(), max_length=9) for _ in range(2))
    alone._words_tried = True
    blocks = [[f"{word}{n} {word}{n % 7}ing é{n}" for word in WORDS[:20]] for n in range(24)]
    found: dict[int, tokens.Tokens] = {}

    def some(first):
        for n in range(first, len(blocks), 4):
            found[n] = shared(blocks[n])

    threads = [threading.Thread(target=some, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, block in enumerate(blocks):
        assert_same(block, found[n], alone(block))


def _changed(**changes):
    content = json.loads(backend().to_str())
    content.update(changes)
    return Backend.from_str(json.dumps(content))


def test_other_tokenizers_are_left_alone():
    assert words.read_rules(backend()) == words.Rules(
        True, 2, 3, (b"[cls]", b"[mask]", b"[pad]", b"[sep]", b"[unk]", b"alone")
    )
    bert = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
    assert words.read_rules(_changed(post_processor=bert)) == words.read_rules(backend())
    assert words.read_rules(_changed(post_processor=None)) is None
    assert words.read_rules(_changed(pre_tokenizer={"type": "Whitespace"})) is None
    assert words.read_rules(_changed(normalizer={"type": "Lowercase"})) is None
    assert words.read_rules(_changed(normalizer=None)) is None
    bpe = {"type": "BPE", "vocab": {"a": 0}, "merges": []}
    assert words.read_rules(_changed(model=bpe)) is None
    for odd in ("two words", "é", "\t"):
        assert words.read_rules(backend(added=[odd])) is None
    assert words.read_rules(backend(added=[f"<{n}>" for n in range(100)])) is None


def _real():
    folder = os.environ.get("LIMN_REAL_DATA")
    return Path(folder) if folder else None


def _column(name, column, limit=4000):
    with (_real() / name).open(encoding="utf-8", newline="") as file:
        return [row[column] for row in islice(csv.DictReader(file), limit)]


def _abstracts():
    with gzip.open(_real() / "arxiv/arxiv-metadata-oai-snapshot.json.gz", "rt") as file:
        return [json.loads(line)["abstract"] for line in islice(file, 1500)]


REAL = {
    "news": lambda: _column("ag_news/train_merged_text.csv", "text"),
    "food": lambda: _column("amazon_fine_food/Reviews.csv", "Text"),
    "reviews": lambda: _column("amazon_stars/reviews.csv", "text"),
    "tweets": lambda: _column("tweet_rationales/tweets.csv", "text"),
    "papers": _abstracts,
}


@pytest.mark.skipif(_real() is None, reason="LIMN_REAL_DATA names no folder with real files")
@pytest.mark.parametrize("kind", REAL)
def test_real_texts_with_the_default_encoders_tokenizer(kind, minilm, monkeypatch):
    monkeypatch.setattr(words, "_PART_CHARACTERS", 1 << 18)
    texts = REAL[kind]()
    # Such words as a real text has, beside what real texts seldom have.
    texts += [text.replace("e", "é").replace(" the", " [MASK]") for text in texts[:100]]
    assert_same(texts, *both(minilm.tokenizer.backend, texts, 256))
