"""Two finds of topics compared: the same stays, parts and unions are called what they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InputError
from engine.topics.topics import Topic, Topics
from engine.topics.views.two_runs import became, flows, shared_documents


def _topics(assigned):
    assigned = np.asarray(assigned, dtype=np.int32)
    ids = [int(i) for i in np.unique(assigned) if i >= 0]
    found = tuple(Topic(i, int((assigned == i).sum()), (), f"topic {i}") for i in ids)
    return Topics(
        assigned, np.ones(len(assigned), "f4"), found, np.eye(max(len(ids), 1), 8, dtype="f4")
    )


def _flows(one, other):
    every = np.arange(len(one), dtype=np.int64)
    return flows(_topics(one), _topics(other), (every, every))


def _fates(one, other):
    return [(b.fate, b.to) for b in became(_flows(one, other))]


labels = arrays(np.int32, 40, elements=st.integers(-1, 4))


@settings(deadline=None)  # scikit-learn is loaded in the first
@given(labels, st.permutations(range(5)))
def test_other_numbers_for_the_same_topics_change_nothing(one, names):
    other = np.where(one >= 0, np.asarray(names)[one], -1)
    found = _flows(one, other)
    assert found.stayed == found.documents == 40
    assert all(b.fate == "kept" and b.jaccard == 1 for b in became(found))
    if (one >= 0).any():
        assert found.ari == pytest.approx(1)


@settings(deadline=None)
@given(labels, labels)
def test_flows_count_every_document_and_turn_round(one, other):
    found, back = _flows(one, other), _flows(other, one)
    assert found.documents == 40
    assert (back.counts == found.counts.T).all()
    assert (found.turned().counts == back.counts).all()
    assert found.stayed == back.stayed == found.turned().stayed
    assert found.ari == pytest.approx(back.ari) if found.ari is not None else back.ari is None
    used = found.match[found.match >= 0]
    assert len(set(used.tolist())) == len(used)
    assert ((found.jaccard >= 0) & (found.jaccard <= 1)).all()


def test_parts_and_unions_are_told():
    whole, halves = [0] * 40, [0] * 20 + [1] * 20
    assert _fates(halves + [2] * 20, whole + [1] * 20)[2] == ("kept", (1,))
    # Thirds: no part is half of the whole.
    thirds = [0] * 14 + [1] * 13 + [2] * 13
    assert _fates(whole, thirds) == [("split", (0, 1, 2))]
    assert [fate for fate, _ in _fates(thirds, whole)] == ["joined"] * 3


def test_what_is_gone_is_left_out_or_scattered():
    assert _fates([0] * 20, [-1] * 15 + [0] * 5)[0][0] == "left out"
    one = [0] * 12 + [1] * 60
    other = [0] * 4 + [1] * 4 + [2] * 4 + [0] * 20 + [1] * 20 + [2] * 20
    assert _fates(one, other)[0][0] == "scattered"


def test_none_at_all_on_one_side():
    found = _flows([-1] * 6, [0] * 6)
    assert (found.ari, found.nmi) == (None, None)
    assert became(found) == []
    assert [b.fate for b in became(found.turned())] == ["left out"]


def _rows(path, texts):
    pq.write_table(pa.table({"text": texts}), path)
    return path


def test_the_same_texts_are_found_in_another_dataset(tmp_path):
    first = _rows(tmp_path / "a.parquet", ["x", "y", "x", "z", "x"])
    second = _rows(tmp_path / "b.parquet", ["z", "x", "new", "x"])
    one, other = shared_documents(first, second)
    texts = ["x", "y", "x", "z", "x"], ["z", "x", "new", "x"]
    assert [texts[0][i] for i in one] == [texts[1][j] for j in other]
    # A text that is there three times and twice is paired twice.
    assert sorted(texts[0][i] for i in one) == ["x", "x", "z"]
    assert len(set(other.tolist())) == 3


def test_a_dataset_shares_all_with_itself_and_strangers_nothing(tmp_path):
    first = _rows(tmp_path / "a.parquet", ["x", "x", "y"])
    one, other = shared_documents(first, first)
    assert one.tolist() == other.tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="share no text"):
        shared_documents(first, _rows(tmp_path / "b.parquet", ["q"]))
