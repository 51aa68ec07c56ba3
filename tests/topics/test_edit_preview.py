"""What an edit would do, told before it is made: the same as what it then does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.figures.topic_rescue import rescue_figure
from engine.store import Store
from engine.topics.edit import pending
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Delete, Gather, Merge, Move, Pin, Rename, Rescue, Split
from engine.topics.edit.likely import likely
from engine.topics.edit.preview import preview
from engine.topics.edit.replay import replay
from engine.topics.edit.stand import stand
from engine.topics.edit.state import first_state
from engine.topics.quality.coherence import diversity, npmi
from tests.topics.made import make_topics


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    store = Store(folder / "cache")
    return Context(make_topics(store, folder), store)


GONE = Move(places=tuple(range(0, 60)), to=-1)
EDITS = st.one_of(
    st.just(Merge(into=(0, 1))),
    st.builds(Split, topic=st.integers(0, 2), parts=st.integers(0, 3)),
    st.builds(Gather, places=st.lists(st.integers(0, 179), min_size=1).map(tuple)),
    st.builds(Rescue, by=st.sampled_from(["vectors", "words", "both"]), least=st.floats(0, 0.6)),
    st.builds(Delete, gone=st.lists(st.integers(0, 2), min_size=1, max_size=3).map(tuple)),
)


def said(topics):
    return [[word for word, _ in topic.words] for topic in topics]


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.just(GONE) | EDITS, max_size=2), EDITS)
def test_what_is_told_is_what_is_done(context, done, edit):
    state, _, _ = replay(done, context)
    now = stand(state, context)
    after, reports, skipped = replay([*done, edit], context)
    if reports[-1] is None:
        with pytest.raises(InputError, match=skipped[-1].why[:20]):
            preview(done, edit, now, context)
        return
    found = preview(done, edit, now, context)
    then = stand(after, context)
    moved = state.assigned != after.assigned
    assert found.moved == moved.sum()
    touched = set(state.assigned[moved]) | set(after.assigned[moved])
    assert [t.id for t in found.before] == [t.id for t in now.found if t.id in touched]
    sizes = {t.id: t.size for t in then.found if t.id in touched}
    assert {t.id: t.size for t in found.after} == sizes
    for topic in found.after:
        assert found.joined.get(topic.id, 0) == (moved & (after.assigned == topic.id)).sum()
        whole = then.topic(topic.id)
        if topic.words == whole.words:  # else the fit's own words are taken again
            assert topic.name == whole.name
    each = npmi(said((*found.before, *found.after)), context.words)
    np.testing.assert_allclose(np.concatenate(found.npmi), each)
    assert found.diversity[0] == pytest.approx(diversity(said(now.found)), nan_ok=True)


def test_a_merge_tells_the_joint_words_and_keeps_a_given_name(context):
    done = [Rename(topic=0, name="Mine")]
    state, _, _ = replay(done, context)
    found = preview(done, Merge(into=(0, 1)), stand(state, context), context)
    (whole,) = found.after
    assert whole.name == "Mine"
    assert whole.size == 120
    assert {t.id for t in found.before} == {0, 1}
    first, then = found.coherence
    assert first is not None
    assert then is not None


def test_looking_changes_nothing(context):
    before = pending.history(context.store, context.artifact)
    preview([], Merge(into=(0, 1)), context.fit, context)
    assert pending.history(context.store, context.artifact) == before
    np.testing.assert_array_equal(first_state(context.fit).assigned, context.fit.assigned)


def test_however_many_edits_are_looked_at_those_that_hold_are_not_made_again(context, monkeypatch):
    done = [GONE, Merge(into=(0, 1))]
    state, _, _ = replay(done, context)
    for n in range(60):
        replay([*done, Rename(topic=0, name=f"Name {n}")], context)
    monkeypatch.setattr("engine.topics.edit.replay.apply", None)
    assert replay(done, context)[0] is state


@pytest.mark.parametrize("by", ["vectors", "words", "both"])
def test_as_many_join_as_the_curve_says(context, by):
    state, _, _ = replay([GONE], context)
    found = likely(state, by, context)
    assert likely(state, by, context) is found, "reckoned once"
    assert 0 <= found.usual <= 1
    for least in (0.1, found.usual, 0.5):
        after, reports, _ = replay([GONE, Rescue(by=by, least=least)], context)
        moved = reports[-1].moved if reports[-1] else 0
        assert moved == (found.score >= least).sum()
    figure = rescue_figure({by: found.score}, chosen=by, least=0.3)
    line = figure.data[0]
    assert line.y[0] == len(found.score)
    assert list(line.y) == sorted(line.y, reverse=True)
    at = int(np.argmin(np.abs(line.x - 0.1)))
    assert line.y[at] == (found.score >= np.float32(line.x[at])).sum()


def test_by_both_is_the_mean_of_the_two_and_leaves_pinned_topics_alone(context):
    state, _, _ = replay([GONE], context)
    ways = {by: likely(state, by, context) for by in ("vectors", "words", "both")}
    assert (ways["both"].score <= (ways["vectors"].score + ways["words"].score) / 2 + 1e-6).all()
    agree = ways["vectors"].topic == ways["words"].topic
    mean = (ways["vectors"].score + ways["words"].score)[agree] / 2
    np.testing.assert_allclose(ways["both"].score[agree], mean, atol=1e-6)
    pinned, _, _ = replay([GONE, Pin(topic=1)], context)
    assert 1 not in likely(pinned, "both", context).topic


def test_no_topic_to_join_is_a_sentence(context):
    state, _, _ = replay([Delete(gone=(0, 1, 2))], context)
    with pytest.raises(InputError, match="no topic that documents could join"):
        likely(state, "vectors", context)
    with pytest.raises(InputError, match="in a topic already"):
        likely(first_state(context.fit), "words", context)
