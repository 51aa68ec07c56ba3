"""Edits of topics: what each does, that all can be undone, and how topics are found again."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.store import Store
from engine.topics.edit import pending
from engine.topics.edit.apply import apply
from engine.topics.edit.context import Context
from engine.topics.edit.edits import (
    Delete,
    Gather,
    Merge,
    Move,
    Pin,
    Rename,
    Rescue,
    Split,
    edit_of,
    plain,
    told,
)
from engine.topics.edit.replay import about, found_again, replay
from engine.topics.edit.stand import stand
from engine.topics.edit.state import first_state
from engine.topics.edit.transfer import EditList, read_list, texts_of, transfer
from engine.topics.topics import load_topics
from tests.topics.made import make_topics


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    store = Store(folder / "cache")
    return Context(make_topics(store, folder), store)


def after(context, *edits):
    state, _, skipped = replay(list(edits), context)
    assert not skipped
    return state, stand(state, context)


def test_without_edits_the_topics_are_those_that_were_found(context):
    state, topics = after(context)
    np.testing.assert_array_equal(state.assigned, context.fit.assigned)
    assert topics.found == context.fit.found
    np.testing.assert_array_equal(topics.centroids, context.fit.centroids)


def test_a_name_stays_with_its_topic(context):
    _, topics = after(context, Rename(topic=1, name="  Second "), Merge(into=(1, 2)))
    assert topics.topic(1).name == "Second"
    assert topics.topic(1).size == 120
    assert [t.id for t in topics.found] == [1, 0]


def test_merged_topics_are_described_by_the_words_of_both(context):
    _, topics = after(context, Merge(into=(0, 1)))
    words = {w for w, _ in topics.topic(0).words}
    for old in (0, 1):
        assert words & {w for w, _ in context.fit.topic(old).words}
    centre = np.asarray(context.vectors)[topics.assigned == 0].mean(axis=0)
    np.testing.assert_allclose(topics.centroids[0], centre / np.linalg.norm(centre), atol=1e-5)


def test_split_makes_the_parts_asked_for_and_loses_nobody(context):
    state, topics = after(context, Split(topic=0, parts=3))
    assert 0 not in state.ids
    parts = [t for t in topics.found if t.id >= 3]
    assert len(parts) == 3
    assert sum(t.size for t in parts) == context.fit.topic(0).size


def test_what_was_merged_falls_apart_again_by_itself(context):
    state, _ = after(context, Merge(into=(0, 1, 2)), Split(topic=0))
    truth = context.fit.assigned
    assert len(state.ids) == 3
    pairs = set(zip(truth.tolist(), state.assigned.tolist(), strict=True))
    assert len(pairs) == 3


def test_documents_that_left_are_rescued_to_where_they_were(context):
    gone = tuple(np.flatnonzero(context.fit.assigned == 2)[:10].tolist())
    for how in ("vectors", "words"):
        state, _ = after(context, Move(places=gone, to=-1), Rescue(by=how, least=0.1))
        assert (state.assigned[list(gone)] == 2).all()
        with pytest.raises(InputError, match="so like one"):
            apply(after(context, Move(places=gone, to=-1))[0], Rescue(by=how, least=1), context)


def test_ids_are_never_used_again(context):
    state, _ = after(context, Gather(places=(0, 1, 2), name="Mine"))
    made = state.ids.max()
    assert state.names[made] == "Mine"
    state, report = apply(state, Delete(gone=(int(made),)), context)
    assert report.gone == (made,)
    state, report = apply(state, Gather(places=(0, 1, 2)), context)
    assert report.made == (made + 1,)


def test_a_selection_falls_into_the_topics_that_are_in_it(context):
    fit = context.fit
    some = [*fit.places(0)[:40].tolist(), *fit.places(1)[:40].tolist()]
    state, report = apply(first_state(fit), Gather(places=tuple(some), parts=2), context)
    assert len(report.made) == 2
    for topic in (0, 1):
        inside = state.assigned[fit.places(topic)[:40]]
        assert len(set(inside.tolist())) == 1
        assert inside[0] in report.made
    with pytest.raises(InputError, match="These documents: 2 documents are too few for 3 parts"):
        apply(first_state(fit), Gather(places=(0, 1), parts=3), context)
    with pytest.raises(InputError, match='"Mine" can name one topic only'):
        apply(first_state(fit), Gather(places=tuple(some), parts=2, name="Mine"), context)


def test_a_pinned_topic_stays_as_it_is(context):
    pinned, _ = after(context, Pin(topic=1))
    for edit in (Merge(into=(0, 1)), Split(topic=1), Delete(gone=(1,)), Move(places=(0,), to=1)):
        with pytest.raises(InputError, match="Topic 1 is pinned"):
            apply(pinned, edit, context)
    inside = tuple(np.flatnonzero(context.fit.assigned == 1).tolist())
    with pytest.raises(InputError, match="pinned"):
        apply(pinned, Move(places=inside, to=-1), context)
    free, _ = apply(pinned, Pin(topic=1, on=False), context)
    apply(free, Merge(into=(0, 1)), context)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Rename(topic=9, name="x"), "no topic 9"),
        (Merge(into=(0, 9)), "no topic 9"),
        (Move(places=(500,), to=0), "no document 500"),
        (Split(topic=0, parts=50), None),
        (Rescue(), "in a topic already"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(context, edit, said):
    state = first_state(context.fit)
    if said is None:
        assert len(apply(state, edit, context)[1].made) == 50
        return
    with pytest.raises(InputError, match=said):
        apply(state, edit, context)


EDITS = st.one_of(
    st.builds(Rename, topic=st.integers(0, 6), name=st.sampled_from(["a", "b"])),
    st.builds(Merge, into=st.tuples(st.integers(0, 6), st.integers(0, 6))),
    st.builds(Split, topic=st.integers(0, 6), parts=st.integers(0, 4)),
    st.builds(
        Gather,
        places=st.lists(st.integers(0, 179), min_size=1).map(tuple),
        parts=st.sampled_from([1, 1, 2]),
    ),
    st.builds(
        Move, places=st.lists(st.integers(0, 179), min_size=1).map(tuple), to=st.integers(-1, 6)
    ),
    st.builds(Rescue, by=st.sampled_from(["vectors", "words"]), least=st.floats(0, 0.5)),
    st.builds(Delete, gone=st.lists(st.integers(0, 6), min_size=1, max_size=2).map(tuple)),
    st.builds(Pin, topic=st.integers(0, 6), on=st.booleans()),
)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(EDITS, max_size=6))
def test_nobody_is_lost_sizes_are_counts_and_a_list_is_its_edits_one_by_one(context, edits):
    state, reports, skipped = replay(edits, context)
    one = first_state(context.fit)
    for edit in edits:
        before = one.assigned.copy()
        try:
            one, _ = apply(one, edit, context)
        except InputError:
            np.testing.assert_array_equal(one.assigned, before)
    np.testing.assert_array_equal(state.assigned, one.assigned)
    assert state.names == one.names
    assert len(reports) == len(edits)
    assert sum(r is None for r in reports) == len(skipped)
    topics = stand(state, context)
    assert len(topics.assigned) == 180
    for topic in topics.found:
        assert topic.size == (topics.assigned == topic.id).sum() > 0
    assert set(np.unique(topics.assigned)) - {-1} == {t.id for t in topics.found}
    again = [edit_of(entry) for entry in json.loads(json.dumps(plain(edits)))]
    np.testing.assert_array_equal(replay(again, context)[0].assigned, state.assigned)


def test_all_is_undone_and_redone_and_outlives_the_process(context):
    store, artifact = context.store, context.artifact
    edits = [Rename(topic=0, name="First"), Merge(into=(0, 1)), Split(topic=0, parts=2)]
    for n in range(3):
        pending.add(store, artifact, [edits[n]])
    whole = pending.history(Store(store.root), artifact)
    assert [e.kind for e in whole.done] == ["rename", "merge", "split"]
    assert all(e.when for e in whole.done)
    for _ in edits:
        pending.undo(store, artifact)
    now = pending.history(store, artifact)
    assert now.version == "0"
    state, _, _ = replay(now.done, context)
    np.testing.assert_array_equal(state.assigned, context.fit.assigned)
    with pytest.raises(InputError, match="nothing to undo"):
        pending.undo(store, artifact)
    for _ in edits:
        pending.redo(store, artifact)
    assert pending.history(store, artifact) == whole
    with pytest.raises(InputError, match="nothing to redo"):
        pending.redo(store, artifact)
    pending.undo(store, artifact)
    assert pending.add(store, artifact, [Pin(topic=0)]).undone == ()
    pending.history_file(store, artifact).unlink()


def test_edits_made_together_go_back_and_come_again_together(context):
    store, artifact = context.store, context.artifact
    first = pending.add(store, artifact, [Rename(topic=0, name="First")])
    both = pending.add(store, artifact, [Pin(topic=0), Rename(topic=1, name="Second")])
    assert pending.undo(store, artifact).done == first.done
    assert pending.redo(store, artifact) == both
    assert pending.undo(store, artifact).done == first.done
    assert pending.undo(store, artifact).done == ()
    assert pending.redo(store, artifact).done == first.done
    assert pending.redo(store, artifact) == both
    pending.history_file(store, artifact).unlink()


def test_a_damaged_list_says_so(context):
    path = pending.history_file(context.store, context.artifact)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"done": [{"kind": "explode"}], "undone": []}')
    with pytest.raises(InputError, match="Edit 1 of subjects cannot be read"):
        pending.history(context.store, context.artifact)
    path.write_text("nonsense")
    with pytest.raises(InputError, match="damaged"):
        pending.history(context.store, context.artifact)
    path.unlink()


def test_edits_find_their_topics_in_another_fit_by_their_words(context, tmp_path):
    store = Store(tmp_path / "cache")
    other = load_topics(make_topics(store, tmp_path, each=40, seed=5))
    first = context.fit.found[0]
    edit = about(Rename(topic=first.id, name="Mine"), context.fit)
    there = other.topic(found_again(edit, other).topic)
    assert {w for w, _ in there.words} & {w for w, _ in first.words}
    with pytest.raises(InputError, match="numbered otherwise"):
        found_again(Move(places=(1,), to=0), other)
    strange = Rename(topic=0, name="x", about={0: ["submarine", "periscope"]})
    with pytest.raises(InputError, match="submarine"):
        found_again(strange, other)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(EDITS, max_size=6))
def test_a_list_that_is_downloaded_leads_to_the_same_on_the_same_fit(context, edits):
    state, reports, _ = replay(edits, context)
    held = tuple(e for e, report in zip(edits, reports, strict=True) if report is not None)
    listed = EditList(held, context.artifact.key, texts_of(context))
    again = read_list(json.dumps(listed.plain()), "edits.json")
    assert again == listed
    there, skipped = transfer(again, [], context)
    assert not skipped
    np.testing.assert_array_equal(replay(there, context)[0].assigned, state.assigned)


def test_documents_of_other_texts_are_left_alone_and_topics_found_one_by_one(context, tmp_path):
    first = context.fit.found[0]
    edits = [
        about(Split(topic=first.id, parts=2), context.fit),
        about(Move(places=(0, 1), to=-1), context.fit),
        Gather(places=(3, 4)),
        about(Rename(topic=context.fit.found[1].id, name="Mine"), context.fit),
    ]
    listed = EditList(tuple(edits), context.artifact.key, texts_of(context))
    store = Store(tmp_path / "cache")
    other = Context(make_topics(store, tmp_path, each=40), store)
    there, skipped = transfer(listed, [], other)
    assert [one.number for one in skipped] == [2, 3]
    assert [edit.kind for edit in there] == ["split", "rename"]
    state, _, _ = replay(there, other)
    assert len(state.ids) == 4
    np.testing.assert_array_equal(state.assigned >= 0, other.fit.assigned >= 0)


def test_how_surely_is_the_cosine_where_an_edit_moved_a_document(context):
    other = next(i for i in (0, 1, 2) if i != context.fit.assigned[0])
    _, topics = after(context, Move(places=(0,), to=other))
    near = np.asarray(context.vectors[0]) @ topics.centroids[topics.ids.tolist().index(other)]
    assert topics.strength[0] == pytest.approx(max(near, 0), abs=1e-5)
    np.testing.assert_array_equal(topics.strength[1:], context.fit.strength[1:])
    _, topics = after(context, Move(places=(0, 1), to=-1))
    assert (topics.strength[[0, 1]] == 0).all()


def test_an_edit_that_changes_nothing_is_refused(context):
    state = first_state(context.fit)
    for edit in (Merge(into=(0, 0)), Move(places=(0,), to=int(state.assigned[0]))):
        with pytest.raises(InputError, match="changes nothing"):
            apply(state, edit, context)


def test_a_file_that_is_no_list_of_edits_names_the_place(tmp_path):
    path = tmp_path / "edits.json"
    path.write_text('[{"kind": "pin", "topic": 1}, {"kind": "merge", "into": [1]}]')
    with pytest.raises(InputError, match="Edit 2 of edits.json"):
        read_list(path.read_bytes(), path.name)
    path.write_text("{}")
    with pytest.raises(InputError, match="no list"):
        read_list(path.read_bytes(), path.name)


def test_a_name_of_nothing_but_blanks_is_none():
    with pytest.raises(InputError, match="name"):
        edit_of({"kind": "rename", "topic": 0, "name": "   "})
    assert edit_of({"kind": "rename", "topic": 0, "name": " Bread "}) == Rename(
        topic=0, name="Bread"
    )


def test_sessions_that_replay_side_by_side_get_their_own(context, monkeypatch):
    monkeypatch.setattr("engine.topics.edit.replay._REMEMBERED", 2)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def session(n):
        for i in range(200):
            edits = [Rename(topic=0, name=str(k)) for k in range(i % 5 + 1)]
            state, _, _ = replay([*edits, Rename(topic=1, name=str(n))], context)
            yield state.names == {0: str(i % 5), 1: str(n)}

    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda n: all(session(n)), range(8)))
    finally:
        sys.setswitchinterval(before)


def test_a_topic_is_called_as_it_was_when_the_edit_was_made():
    edit = Pin(topic=3, about={3: ["bread", "oven", "flour", "yeast"]})
    assert told(edit, {}) == '"bread, oven, flour" is kept as it is'
    assert told(edit, {3: "Baking"}) == '"Baking" is kept as it is'


def test_every_edit_can_be_told(context):
    names = {t.id: t.name for t in context.fit.found}
    for edit in (
        Rename(topic=0, name="x"), Merge(into=(0, 1)), Split(topic=0), Gather(places=(1,)),
        Move(places=(1,), to=-1), Rescue(), Delete(gone=(0,)), Pin(topic=0),
    ):  # fmt: skip
        assert told(edit, names)
