"""Finding topics again: what a re-fit sees, how topics are scored by it, and the stage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from engine.errors import Cancelled, InputError
from engine.figures.topic_stability import Line, stability_figure
from engine.progress import _Silent
from engine.store import Store
from engine.topics import finding
from engine.topics.edit.edits import Merge, plain
from engine.topics.edit.replay import about
from engine.topics.edit.spec import TopicsEditSpec
from engine.topics.spec import TopicsSpec
from engine.topics.stability.build import load_refits, measured, summary
from engine.topics.stability.refit import LEFT_OUT, plans, refit
from engine.topics.stability.score import rand, survivals, wholes
from engine.topics.stability.spec import StabilitySpec
from engine.topics.topics import Topics, load_topics, save_topics
from engine.topics.words.counts import Words
from engine.work import run
from tests.topics.made import make_topics

WORDS = Words(csr_matrix((0, 0)), [])
IDS = np.array([3, 1, 2], dtype=np.int32)
ASSIGNED = np.array([3] * 6 + [1] * 4 + [2] * 2 + [-1] * 2, dtype=np.int32)


def no_phrases(phrases):
    raise AssertionError("nothing was asked for by name")


def scored(*refits):
    return {one.id: one for one in survivals(ASSIGNED, IDS, np.array(refits, dtype=np.int32))}


def test_the_same_topics_by_other_names_are_all_found_again():
    found = scored(*[[7] * 6 + [0] * 4 + [4] * 2 + [-1] * 2] * 3)
    assert [one.survival for one in found.values()] == [1, 1, 1]
    assert [one.jaccard for one in found.values()] == [1, 1, 1]
    assert all(one.alike == () for one in found.values())


def test_a_topic_within_a_larger_one_is_merged_and_told_with_which():
    # 4 of 6 in common with the larger one is still that topic, 2 of 6 is not.
    one = scored([0] * 6 + [1] * 4 + [1] * 2 + [-1] * 2)
    assert one[1].survival == 1
    assert one[1].jaccard == pytest.approx(4 / 6)
    assert one[2].survival == 0
    assert (one[2].merged, one[2].scattered) == (1, 0)
    assert one[2].alike == ((1, 1.0),)
    assert one[3].alike == ()


def test_a_topic_in_pieces_is_scattered():
    found = scored([0, 0, 1, 1, 2, 2, *[3] * 4, 4, 4, -1, -1])
    assert (found[3].survival, found[3].merged, found[3].scattered) == (0, 0, 1)
    assert found[3].jaccard == pytest.approx(2 / 6)


def test_documents_a_refit_did_not_see_do_not_count():
    gone = LEFT_OUT
    found = scored([0] * 3 + [gone] * 3 + [1] * 4 + [gone] * 2 + [-1] * 2)
    assert found[3].jaccard == 1
    assert found[2].refits == 0
    assert np.isnan(found[2].survival)
    (whole,) = wholes(ASSIGNED, np.array([[0] * 3 + [gone] * 3 + [1] * 4 + [gone] * 2 + [-1] * 2]))
    assert (whole.topics, whole.ari, whole.nmi) == (2, pytest.approx(1), pytest.approx(1))
    assert whole.outlier_share == pytest.approx(2 / 9)


def test_a_refit_without_topics_finds_none():
    found = scored([-1] * len(ASSIGNED))
    assert {one.survival for one in found.values()} == {0}
    assert {one.scattered for one in found.values()} == {1}


_LABELS = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-1, 4), min_size=n, max_size=n),
        st.lists(st.lists(st.integers(-2, 5), min_size=n, max_size=n), min_size=1, max_size=4),
    )
)


@given(_LABELS)
def test_scores_are_shares_whatever_the_labels(labels):
    assigned, refits = (np.array(part, dtype=np.int32) for part in labels)
    ids = np.unique(assigned[assigned >= 0]).astype(np.int32)
    for one, number in zip(survivals(assigned, ids, refits), ids, strict=True):
        mine = assigned == number
        assert one.refits == sum((row[mine] != LEFT_OUT).any() for row in refits)
        if not one.refits:
            continue
        assert 0 <= one.low <= one.jaccard + 1e-9 <= one.high + 2e-9 <= 1 + 3e-9
        assert one.survival + one.merged + one.scattered == pytest.approx(1)
        assert all(0.1 <= share <= 1 + 1e-9 for _, share in one.alike)
        # The best Jaccard, the slow way.
        best = []
        for row in refits:
            seen = row != LEFT_OUT
            if (mine & seen).any():
                best.append(max((np.sum(mine & (row == c)) / np.sum((mine & seen) | (row == c))
                                 for c in np.unique(row[row >= 0])), default=0))  # fmt: skip
        assert one.jaccard == pytest.approx(np.mean(best))


def test_leaving_the_same_out_agrees_and_leaving_others_out_does_not():
    one = np.array([0, 0, 0, 1, 1, 1, -1, -1])
    assert rand(one, one) == 1
    assert rand(one, np.array([0, 0, -1, 1, 1, -1, 0, 1])) < 0.5


def test_every_refit_has_a_seed_of_its_own_and_both_kinds_come_early():
    made = plans(7, seeds=3, subsamples=2, share=0.8)
    assert len({one.seed for one in made} | {7}) == 6
    assert [one.whole for one in made] == [True, False, True, False, True]
    assert plans(2**31 - 1, seeds=1, subsamples=1, share=0.5)[0].seed < 2**31


@pytest.fixture
def subjects(tmp_path):
    store = Store(tmp_path / "cache")
    return store, make_topics(store, tmp_path, map="none")


def test_clear_subjects_come_back_and_parts_leave_documents_out(subjects):
    store, topics = subjects
    found = run(StabilitySpec(topics=topics.key, seeds=2, subsamples=2), store=store)
    assert found.facts["refits"] == 4
    assert (found.facts["survival"], found.facts["stable"]) == (1, 3)
    assert found.facts["ari"] > 0.9
    refits = load_refits(found)
    n = topics.facts["documents"]
    assert [int((row == LEFT_OUT).sum()) for row in refits] == [0, n // 5, 0, n // 5]
    assert measured(store, topics).key == found.key
    more = run(StabilitySpec(topics=topics.key, seeds=3, subsamples=2), store=store)
    assert measured(store, topics).key == more.key
    np.testing.assert_array_equal(load_refits(more)[0], refits[0])  # equal seeds, equal topics


def test_a_stop_keeps_the_refits_that_are_whole_and_going_on_makes_the_others(subjects):
    store, topics = subjects

    class Stops(_Silent):
        done = 0

        def at(self, done):
            self.done = done

        @property
        def stop_requested(self):
            return self.done >= 2

    spec = StabilitySpec(topics=topics.key, seeds=3, subsamples=0)
    part = run(spec, store=store, progress=Stops())
    assert (part.facts["refits"], part.facts["stopped_at"]) == (2, 2)
    whole = run(spec, store=store)
    assert whole.facts["refits"] == 3
    np.testing.assert_array_equal(load_refits(whole)[:2], load_refits(part))
    stops = Stops()
    stops.done = 5
    with pytest.raises(Cancelled):
        run(StabilitySpec(topics=topics.key, seeds=9, subsamples=0), store=store, progress=stops)


def test_topics_without_a_topic_are_refused(subjects):
    store, topics = subjects
    kept = load_topics(topics)
    none = Topics(np.full_like(kept.assigned, -1), kept.strength, (), kept.centroids[:0])
    with store.temporary() as out:
        save_topics(out, none)
        empty = store.publish(out, topics.manifest.model_copy(update={"key": "0" * 20}))
    with pytest.raises(InputError, match="no topic"):
        run(StabilitySpec(topics=empty.key), store=store)


def test_one_topic_of_everything_is_refused(subjects):
    store, topics = subjects
    kept = load_topics(topics)
    one = Topics(np.zeros_like(kept.assigned), kept.strength, kept.found[:1], kept.centroids[:1])
    with store.temporary() as out:
        save_topics(out, one)
        whole = store.publish(out, topics.manifest.model_copy(update={"key": "3" * 20}))
    with pytest.raises(InputError, match="one topic"):
        run(StabilitySpec(topics=whole.key), store=store)


def test_topics_made_elsewhere_say_that_how_is_not_known(subjects):
    store, topics = subjects
    with store.temporary() as out:
        save_topics(out, load_topics(topics))
        update = {"key": "1" * 20, "stage": "elsewhere", "spec": {}}
        other = store.publish(out, topics.manifest.model_copy(update=update))
    with pytest.raises(InputError, match="not known here"):
        run(StabilitySpec(topics=other.key), store=store)


def test_topics_asked_for_by_name_are_asked_for_again_in_every_refit(tmp_path, monkeypatch):
    store = Store(tmp_path / "cache")
    topics = make_topics(store, tmp_path, map="none")
    asked = []

    def find(spec, points, vectors, words, encode):
        asked.append((spec.names, spec.seed, len(vectors)))
        return finding.find(spec.model_copy(update={"names": []}), points, vectors, words, encode)

    monkeypatch.setattr("engine.topics.stability.refit.find", find)
    update = {"key": "2" * 20, "spec": {**topics.manifest.spec, "names": ["Robots"]}}
    with store.temporary() as out:
        save_topics(out, load_topics(topics))
        named = store.publish(out, topics.manifest.model_copy(update=update))
    run(StabilitySpec(topics=named.key, seeds=1, subsamples=1), store=store)
    n = topics.facts["documents"]
    assert asked == [(["Robots"], 1, n), (["Robots"], 2, n * 4 // 5)]


def test_topics_made_of_edits_are_scored_as_they_are(tmp_path):
    store = Store(tmp_path / "cache")
    topics = make_topics(store, tmp_path, map="none")
    edits = tmp_path / "edits.json"
    fit = load_topics(topics)
    one, other, third = fit.found
    edits.write_text(json.dumps(plain([about(Merge(into=(one.id, other.id)), fit)])))
    kept = run(TopicsEditSpec(topics=topics.key, edits=str(edits)), store=store)
    found = run(StabilitySpec(topics=kept.key, seeds=1, subsamples=1), store=store)
    assert found.facts["topics"] == 2
    assert found.facts["topics_low"] == 3  # the re-fits are of the fit before the edits
    told = {row["id"]: row for row in json.loads((found.path / "survivals.json").read_text())}
    assert told[third.id]["jaccard"] > 0.9
    assert told[one.id]["jaccard"] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("n", [5, 20])
def test_a_handful_of_documents_and_copies_of_one_are_fitted_again(n):
    rng = np.random.default_rng(0)
    few = rng.normal(size=(n, 8)).astype(np.float32)
    few /= np.linalg.norm(few, axis=1, keepdims=True)
    for vectors in (few, np.repeat(few[:1], n, axis=0)):
        labels = [refit(TopicsSpec(dataset="x"), one, vectors, WORDS, no_phrases)
                  for one in plans(0, seeds=1, subsamples=1, share=0.8)]  # fmt: skip
        assert (labels[0] > LEFT_OUT).all()
        assert int((labels[1] > LEFT_OUT).sum()) == round(0.8 * n)


def test_more_topics_than_a_part_holds_are_as_many_as_there_are():
    vectors = np.eye(6, dtype=np.float32)
    part = plans(0, seeds=0, subsamples=2, share=0.5)[0]
    labels = refit(TopicsSpec(dataset="x", topics=6), part, vectors, WORDS, no_phrases)
    assert len(np.unique(labels[labels >= 0])) == 3


def test_a_single_refit_is_refused():
    with pytest.raises(InputError, match="two re-fits"):
        StabilitySpec.parse({"topics": "x", "seeds": 1, "subsamples": 0})


def test_the_summary_can_be_kept_as_json():
    refits = np.array([[-1] * len(ASSIGNED)] * 2)
    facts = summary(survivals(ASSIGNED, IDS, refits), wholes(ASSIGNED, refits))
    assert json.loads(json.dumps(facts))["nmi"] is None
    assert facts["survival"] == 0


def test_the_picture_has_every_topic_in_its_order_and_says_names_as_they_are():
    lines = [Line("<b>rude</b>", 0.4, 0.1, 0.6, "told"), Line("doubt", 0.6, 0.5, 0.7, ""),
             Line("sure", 0.9, 0.75, 1, "")]  # fmt: skip
    figure = stability_figure(lines)
    drawn = {
        y: (trace.name, x) for trace in figure.data for x, y in zip(trace.x, trace.y, strict=True)
    }
    assert drawn == {0: ("comes and goes", 0.4), 1: ("doubtful", 0.6), 2: ("stable", 0.9)}
    assert figure.layout.yaxis.ticktext[0].startswith("&lt;b&gt;")
    assert "<b>rude" not in figure.data[-1].hovertext[0]
    reach = {t.name: (t.error_x.arrayminus[0], t.error_x.array[0]) for t in figure.data}
    assert reach["doubtful"] == pytest.approx((0.1, 0.1))
    assert not stability_figure([]).data
