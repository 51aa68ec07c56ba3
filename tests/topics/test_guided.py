"""Topics asked for by name or by seed words."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.topics.guided import seeded, zero_shot

AXES = {"stars": 0, "galaxy": 0, "bread": 1, "oven": 1}


def encode(words):
    found = np.zeros((len(words), 4), dtype=np.float32)
    found[np.arange(len(words)), [AXES[word] for word in words]] = 1
    return found


@pytest.fixture
def vectors():
    made = np.array([[1, 0.1, 0, 0], [0.1, 1, 0, 0], [0, 0, 1, 0], [0.5, 0.4, 0.7, 0]], "f4")
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_documents_go_to_the_name_they_are_near_and_others_to_none(vectors):
    found = zero_shot(vectors, ["bread", "stars"], encode, threshold=0.7)
    assert found.place.tolist() == [1, 0, -1, -1]
    loose = zero_shot(vectors, ["bread", "stars"], encode, threshold=0.3)
    assert loose.place.tolist() == [1, 0, -1, 1]
    np.testing.assert_allclose(loose.likeness, found.likeness)


def test_seeds_draw_only_the_documents_near_them(vectors):
    moved, drawn = seeded(vectors, [["stars", "galaxy"], ["oven"]], encode, threshold=0.7)
    assert drawn.place.tolist() == [0, 1, -1, -1]
    np.testing.assert_array_equal(moved[2:], vectors[2:])
    assert moved[0] @ encode(["stars"])[0] > vectors[0] @ encode(["stars"])[0]
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 1, rtol=1e-5)


def test_no_pull_leaves_everything_where_it_is(vectors):
    moved, _ = seeded(vectors, [["stars"]], encode, threshold=-1, pull=0)
    np.testing.assert_allclose(moved, vectors, atol=1e-6)


def test_what_cannot_be_asked_is_said(vectors):
    with pytest.raises(InputError, match="empty"):
        zero_shot(vectors, ["stars", " "], encode, threshold=0.5)
    with pytest.raises(InputError, match="twice"):
        zero_shot(vectors, ["stars", "stars"], encode, threshold=0.5)
    with pytest.raises(InputError, match="seed word"):
        seeded(vectors, [["stars"], []], encode, threshold=0.5)
    with pytest.raises(InputError, match="have 3 numbers"):
        zero_shot(vectors[:, :3], ["stars"], encode, threshold=0.5)
