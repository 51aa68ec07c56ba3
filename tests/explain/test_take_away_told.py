"""An explanation in words and files: what is told is what was measured."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.explain.attribution import Attribution
from engine.explain.reading import Reading
from engine.explain.take_away.told import loudest, named, told
from engine.explain.take_away.words import word_rows, words_csv
from engine.explain.target import Target
from engine.explain.trust.report import Curve, Trust


def _attribution(scores, text="a b c d e f g h i j", **more):
    words = text.split()
    starts = np.cumsum([0, *(len(word) + 1 for word in words)])
    spans = tuple((int(s), int(s) + len(w)) for s, w in zip(starts, words, strict=False))
    ids = np.arange(len(words), dtype=np.int32)
    reading = Reading(text, ids, ids.copy(), spans)
    return Attribution(
        "integrated gradients", reading, Target(0), np.array(scores, np.float32),
        value=more.pop("value", 2.0), **more,
    )  # fmt: skip


def _trust(**more):
    shares = (0.0, 0.1, 0.2, 1.0)
    known = {
        "relative_delta": 0.004, "comprehensiveness": 0.4, "sufficiency": 0.1,
        "chance_comprehensiveness": 0.1, "chance_sufficiency": 0.5, "infidelity": 0.2,
        "chance_infidelity": 0.9, "agreement": {"mask": 0.9},
        "taken_out": Curve(shares, (0.88, 0.3, 0.2, 0.1), (0.88, 0.8, 0.7, 0.1)),
        "left_in": Curve(shares, (0.1, 0.6, 0.85, 0.88), (0.1, 0.2, 0.4, 0.88)),
        "believable": True, "why": "Better than chance.",
    }  # fmt: skip
    return Trust(**{**known, **more})


def _by_name(attribution, trust, **more):
    return {one.name: one for one in told(attribution, trust, "bad", **more)}


def test_each_figure_is_told_with_its_own_numbers():
    found = _by_name(_attribution([1.0] * 10, steps=16, complete=True, base=0.0), _trust())
    assert found["Comprehensiveness"].sentence == (
        "Without the word that counts most, bad loses 58 points: 88\u00a0% becomes 30\u00a0%. "
        "Without as many random words it is 80\u00a0%."
    )
    assert "the 2 words that count most (20\u00a0%), bad is at 85\u00a0%" in (
        found["Sufficiency"].sentence
    )
    assert "0.4\u00a0% off; it took 16 steps" in found["Convergence delta"].sentence
    assert "0.90 with mask" in found["Agreement of baselines"].sentence
    assert all(one.good for one in found.values())


def test_what_speaks_against_believing_is_marked_so():
    worse = _trust(
        relative_delta=0.3, infidelity=0.95, agreement={"mask": 0.2}, comprehensiveness=0.05,
        sufficiency=0.6, taken_out=Curve((0, 0.1, 1), (0.88, 0.85, 0.1), (0.88, 0.8, 0.1)),
        left_in=Curve((0, 0.2, 1), (0.1, 0.2, 0.88), (0.1, 0.4, 0.88)),
    )  # fmt: skip
    found = _by_name(_attribution([1.0] * 10, complete=True, base=0.0), worse)
    assert len(found) == 5
    assert not any(one.good for one in found.values())


def test_what_is_the_same_by_chance_speaks_neither_for_nor_against():
    same = Curve((0, 0.1, 0.2, 1), (0.88, 0.3, 0.2, 0.1), (0.88, 0.3, 0.2, 0.1))
    found = _by_name(
        _attribution([1.0]),
        _trust(
            comprehensiveness=0.1, chance_comprehensiveness=0.1, sufficiency=0.2,
            chance_sufficiency=0.2, infidelity=0.0, chance_infidelity=0.0, taken_out=same,
            left_in=same,
        ),
    )  # fmt: skip
    for name in ("Comprehensiveness", "Sufficiency", "Infidelity"):
        assert found[name].good is None, name


def test_what_is_not_known_is_not_told():
    found = _by_name(
        _attribution([1.0] * 10), _trust(relative_delta=math.nan, infidelity=math.nan, agreement={})
    )
    assert set(found) == {"Comprehensiveness", "Sufficiency"}


def test_cosines_are_told_as_they_are():
    found = _by_name(_attribution([1.0] * 10, value=0.88), _trust(), odds=False)
    assert "0.88 becomes 0.30" in found["Comprehensiveness"].sentence
    assert "%)" not in found["Comprehensiveness"].sentence


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=30))
def test_rows_rank_every_word_and_share_out_the_whole(scores):
    made = _attribution(scores, " ".join("w" * (n + 1) for n in range(len(scores))))
    rows = word_rows(made)
    assert sorted(row["rank"] for row in rows) == list(range(1, len(scores) + 1))
    ranked = sorted(rows, key=lambda row: row["rank"])
    sizes = [abs(row["score"]) for row in ranked]
    assert sizes == sorted(sizes, reverse=True)
    total = sum(row["share"] for row in rows)
    assert total == pytest.approx(1) or not any(scores)
    assert [made.reading.text[row["start"] : row["stop"]] for row in rows] == [
        row["word"] for row in rows
    ]


def test_the_loudest_words_are_named_once_without_marks():
    made = _attribution([3, -2, 2.5, 1, -0.1, 9], "Bad good bad so the !")
    assert loudest(made) == (["Bad"], [])
    made = _attribution([3, -2, 2.5, 1, -0.1, 0], "Bad good bad so the !")
    assert loudest(made) == (["Bad", "so"], ["good"])
    assert loudest(_attribution([0, 0], "a b")) == ([], [])


def test_a_word_that_looks_like_a_formula_stays_a_word():
    out = words_csv(_attribution([1, 2], '=1+1 "x,y"')).decode("utf-8-sig")
    assert '"\'=1+1"' in out
    assert '"""x,y"""' in out


def test_what_is_explained_has_a_name():
    assert named(["a", "b"], Target(1)) == "b"
    assert named(["a", "b"], Target(1, 0)) == "b rather than a"


def test_the_record_is_json_without_nan(tmp_path):
    from engine.encoder.models import load_encoder
    from engine.explain.methods.methods import explain
    from engine.explain.reading import read
    from engine.explain.subject import Subject
    from engine.explain.take_away.record import record
    from tests.tiny import HIDDEN, make_tiny_encoder

    encoder = load_encoder(str(make_tiny_encoder(tmp_path / "e")), device="cpu")
    subject = Subject(("a", "b"), encoder, lambda v: v[:, : HIDDEN // 16], odds=True, key="k")
    made = explain(subject, read(subject, "the bank fell"), Target(0, 1), method="occlusion")
    told = record(subject, made, _trust(relative_delta=math.nan), model="m", command="c")
    text = json.dumps(told, allow_nan=False)
    assert json.loads(text) == told
    assert told["trust"]["relative_delta"] is None
    assert told["delta"] is None
    assert (told["explained"], told["against"]) == ("a", "b")
    assert [row["word"] for row in told["words"]] == ["the", "bank", "fell"]
