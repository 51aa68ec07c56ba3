"""Coarser and finer topics: cuts of the merges that led to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.store import Store
from engine.topics.cluster.tree import merge_tree
from engine.topics.edit.apply import apply
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Level, Move, Pin, Rename, told
from engine.topics.edit.level import finest
from engine.topics.edit.replay import replay
from engine.topics.edit.stand import stand
from engine.topics.edit.state import first_state
from tests.topics.made import make_topics

GRAINS = 12
FAST = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """Three topics of four grains each."""
    folder = tmp_path_factory.mktemp("topics")
    store = Store(folder / "cache")
    made = Context(make_topics(store, folder), store)
    grain = made.fit.assigned * 4 + np.arange(180, dtype=np.int32) // 3 % 4
    made.__dict__["tree"] = merge_tree(np.asarray(made.points), grain.astype(np.int32))
    return made


def groups(assigned):
    """Which documents are together, whatever the topics' ids are."""
    return {
        frozenset(np.flatnonzero(assigned == i).tolist())
        for i in np.unique(assigned[assigned >= 0])
    }


@FAST
@given(st.integers(1, GRAINS), st.integers(1, GRAINS), st.sets(st.integers(0, 179), max_size=30))
def test_a_level_has_as_many_topics_as_asked_and_loses_nobody(context, k, j, strays):
    edits = [Move(places=tuple(strays), to=-1)] if strays else []
    edits += [Level(count=k), Level(count=j)]
    state, _, _ = replay(edits, context)
    assert len(state.ids) == j
    assert set(np.flatnonzero(state.assigned < 0)) == strays
    direct, _, _ = replay([*edits[:-2], edits[-1]], context)
    assert groups(direct.assigned) == groups(state.assigned)
    both = zip(state.assigned.tolist(), context.tree.grain.tolist(), strict=True)
    topics_of = {}
    for topic, grain in both:
        if topic >= 0:
            topics_of.setdefault(grain, set()).add(topic)
    assert all(len(topics) == 1 for topics in topics_of.values()), "a grain is never parted"


@FAST
@given(st.integers(0, 2), st.integers(1, GRAINS))
def test_pinned_topics_are_among_them_and_stay(context, pinned, k):
    before, _, _ = replay([Pin(topic=pinned)], context)
    most = finest(before, context.tree)
    assert most == 9
    if k in (1, 3) or k > most:  # only the pinned one is left, nothing changes, or too many
        with pytest.raises(InputError):
            apply(before, Level(count=k), context)
        return
    state, _ = apply(before, Level(count=k), context)
    assert len(state.ids) == k
    np.testing.assert_array_equal(state.assigned == pinned, before.assigned == pinned)


def test_what_stays_whole_keeps_its_id_its_name_and_its_words(context):
    state, _, _ = replay([Rename(topic=1, name="Second"), Level(count=4)], context)
    topics = stand(state, context)
    kept = {t.id: t for t in topics.found if t.id in context.fit.ids}
    assert len(kept) == 2
    for i, topic in kept.items():
        assert topic.words == context.fit.topic(i).words
    coarse, _, _ = replay([Rename(topic=1, name="Second"), Level(count=4), Level(count=1)], context)
    (whole,) = stand(coarse, context).found
    assert whole.size == 180
    assert whole.id in kept, "the largest topic that is wholly in it"


def test_there_and_back_is_where_it_began(context):
    state, _, _ = replay([Level(count=9), Level(count=3)], context)
    assert groups(state.assigned) == groups(context.fit.assigned)
    topics = stand(state, context)
    words = {t.words for t in topics.found}
    assert words == {t.words for t in context.fit.found}


@pytest.mark.parametrize(("count", "said"), [(13, "finest level has 12"), (3, "changes nothing")])
def test_levels_that_are_not_there_are_a_sentence(context, count, said):
    with pytest.raises(InputError, match=said):
        apply(first_state(context.fit), Level(count=count), context)


def test_topics_that_were_not_merged_have_no_levels(context):
    flat = Context(context.artifact, context.store)
    flat.__dict__["artifact"] = context.store.inputs(context.artifact)[0]  # it has no merges.npy
    with pytest.raises(InputError, match="no levels"):
        apply(first_state(context.fit), Level(count=2), flat)


def test_all_pinned_leaves_nothing_to_cut(context):
    state, _, _ = replay([Pin(topic=i) for i in range(3)], context)
    with pytest.raises(InputError, match="3 topics are pinned"):
        apply(state, Level(count=5), context)


def test_it_is_told_in_words(context):
    assert told(Level(count=12), {}) == "All is cut anew into 12 topics"
