"""The view of new documents: make ready, one text, a file and what it adds up to."""

from __future__ import annotations

import csv
import json

import pytest

from engine.data.spec_append import AppendSpec
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_source import SourceSpec
from engine.jobs.record import State
from engine.topics.add.spec import TopicsAddSpec
from engine.topics.assign.spec import AssignerSpec, AssignFileSpec
from engine.topics.edit import pending
from engine.topics.edit.edits import Delete, Rename
from engine.topics.spec import TopicsSpec
from engine.topics.topics import load_topics
from engine.work import run
from tests.pages.conftest import TEXTS
from tests.pages.seen import button, said
from tests.topics.artifacts import topics_artifact

VIEW = "New documents"


@pytest.fixture
def topics(store, dataset, tiny_encoder):
    """Topics of the small dataset, ready for new documents."""
    spec = TopicsSpec(dataset=dataset.key, encoder=str(tiny_encoder), topics=2)
    made = run(spec, store=store, name="small-topics")
    run(AssignerSpec(topics=made.key), store=store)
    return made


@pytest.fixture
def result(store, topics, tmp_path):
    """A file of their own texts, a new one and an empty one, assigned."""
    path = tmp_path / "new.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [[f"{TEXTS['sports'].format(n=n)} <b>&amp; more</b>", n] for n in range(8)]
        rows += [["A new text about nothing in particular :red[here]", 8], ["", 9]]
        csv.writer(file).writerows([["headline", "n"], *rows])
    source = run(SourceSpec(path=str(path)), store=store)
    spec = AssignFileSpec(topics=topics.key, source=source.key, edits="0")
    return run(spec, store=store, name="new-topics")


def test_topics_are_made_ready_once_by_the_job_of_the_command_line(
    visit, store, dataset, submitted
):
    artifact = topics_artifact(store, dataset)
    app = visit("topics", topics=artifact.key, view=VIEW)
    assert not app.exception
    assert any(f"topics assigner {artifact.key}" in code.value for code in app.code)
    button(app, "Get ready").click().run()
    ((spec, _),) = submitted
    assert spec == AssignerSpec(topics=artifact.key)
    assert app.query_params["newjob"]


def test_no_topic_is_said(visit, store, topics):
    ids = tuple(topic.id for topic in load_topics(topics).found)
    pending.add(store, topics, [Delete(gone=ids)])
    app = visit("topics", topics=topics.key, view=VIEW)
    assert not app.exception
    assert "no topic that a document could belong to" in said(app)


def test_a_text_gets_the_topic_its_copy_has(visit, store, topics, dataset):
    from engine.data.table import page

    assigned = load_topics(topics).assigned
    first = next(n for n in range(len(assigned)) if assigned[n] >= 0)
    text = page(dataset.path / "rows.parquet", offset=first, limit=1)["text"][0].as_py()
    number = int(assigned[first])
    pending.add(store, topics, [Rename(topic=number, name="Balls & *goals*")])
    app = visit("topics", topics=topics.key, view=VIEW)
    assert "went back to their topic" in said(app)
    app.text_area(key="new-text-typed").set_value(text)
    button(app, "Find its topic").click().run()
    assert not app.exception
    assert "Balls & *goals*" in [sub.value.replace("\\", "") for sub in app.subheader]
    assert "very text is one of the documents" in said(app)
    near = next(f.value for f in app.dataframe if "Likeness" in f.value)
    assert near["Likeness"].iloc[0] == pytest.approx(1, abs=1e-3)


def test_an_empty_text_asks_for_nothing(visit, topics):
    app = visit("topics", topics=topics.key, view=VIEW)
    app.text_area(key="new-text-typed").set_value("   ")
    button(app, "Find its topic").click().run()
    assert not app.exception
    assert not app.error
    assert "read as the documents were" in said(app)


def test_a_file_is_begun_with_the_edits_that_hold(visit, store, topics, source, submitted):
    pending.add(store, topics, [Rename(topic=load_topics(topics).found[0].id, name="Mine")])
    app = visit("topics", topics=topics.key, view=VIEW, source=source.key)
    assert not app.exception
    assert app.multiselect[0].value == ["headline"]
    start = next(b for b in app.button if b.label.startswith("Find the topics of"))
    start.click().run()
    ((spec, _),) = submitted
    assert spec.edits == pending.history(store, topics).version
    assert spec.columns == []
    assert app.query_params["filejob"]


def test_the_result_shows_what_moved_and_every_row(visit, topics, result):
    app = visit("topics", topics=topics.key, view=VIEW, assignments=result.key)
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Rows"] == "10"
    assert shown["Known already"] == "8"
    assert "1 row has no text" in said(app)
    assert "Have the topics moved?" in said(app)
    table = next(f.value for f in app.dataframe if "topic_name" in f.value)
    assert len(table) == 10
    app.toggle(key=f"new-unlike-{result.key}").set_value(True).run()
    assert not app.exception
    tables = [f.value for f in app.dataframe if "topic_name" in f.value]
    assert sum(map(len, tables)) == result.facts["unlike"]


def test_a_result_says_that_the_topics_were_edited_since(visit, store, topics, result):
    pending.add(store, topics, [Rename(topic=load_topics(topics).found[0].id, name="Mine")])
    app = visit("topics", topics=topics.key, view=VIEW, assignments=result.key)
    assert not app.exception
    assert "were edited since" in said(app)


def test_a_finished_job_leads_to_its_result(visit, topics, result, make_job):
    done = make_job(
        State.DONE, verb="assign file", spec={"topics": topics.key, "source": "x"},
        result={"assignments": result.key},
    )  # fmt: skip
    app = visit("topics", topics=topics.key, view=VIEW, filejob=done.id)
    assert not app.exception
    assert app.query_params["assignments"] == result.key
    assert "Have the topics moved?" in said(app)


def test_a_file_without_text_is_a_sentence(visit, store, topics, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("price,on\n" + "".join(f"{n},2024-01-{n:02}\n" for n in range(1, 9)))
    source = run(SourceSpec(path=str(path)), store=store)
    app = visit("topics", topics=topics.key, view=VIEW, source=source.key)
    assert not app.exception
    assert "found in 'headline'" in "\n".join(w.value for w in app.warning).replace("\\", "")


@pytest.fixture
def more(store, tmp_path):
    """A second dataset."""
    path = tmp_path / "december.csv"
    lines = [
        "headline,topic",
        *(f"{TEXTS['sports'].format(n=n)} in december,x" for n in range(90, 99)),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    source = run(SourceSpec(path=str(path)), store=store)
    return run(DatasetSpec(source=source.key), store=store, name="december")


def test_adding_goes_from_one_job_to_the_next(
    visit, store, topics, dataset, more, submitted, make_job
):
    app = visit("topics", topics=topics.key, view=VIEW)
    button(app, "Add 9 documents").click().run()
    ((spec, _),) = submitted
    assert spec == AppendSpec(dataset=dataset.key, more=more.key)
    whole = run(spec, store=store)
    done = make_job(State.DONE, verb="data append", spec=spec.model_dump(),
                    result={"dataset": whole.key})  # fmt: skip
    app = visit("topics", topics=topics.key, view=VIEW, addjob=done.id)
    assert not app.exception
    assert submitted[-1][0] == TopicsAddSpec(topics=topics.key, dataset=whole.key)
    grown = run(submitted[-1][0], store=store, name="grown")
    done = make_job(State.DONE, verb="topics add", result={"topics": grown.key})
    app = visit("topics", topics=topics.key, view=VIEW, addjob=done.id)
    assert not app.exception
    assert app.query_params["topics"] == grown.key
    assert "Have the topics moved?" in said(app)
    assert {metric.label: metric.value for metric in app.metric}["Added"] == "9"


def test_candidates_become_topics_by_a_click(visit, store, topics, dataset, more):
    whole = run(AppendSpec(dataset=dataset.key, more=more.key), store=store)
    grown = run(TopicsAddSpec(topics=topics.key, dataset=whole.key), store=store)
    outside = load_topics(grown).places(-1).tolist() or [0]
    moved = [Delete(gone=(load_topics(grown).found[-1].id,))] if outside == [0] else []
    places = load_topics(grown).places(load_topics(grown).found[-1].id).tolist()
    pending.add(store, grown, moved)
    group = {"places": places if moved else outside, "words": ["a", "b"], "likeness": 0.5}
    (grown.path / "candidates.json").write_text(json.dumps([group]))
    app = visit("topics", topics=grown.key, view=VIEW)
    button(app, "Make it a topic").click().run()
    assert not app.exception
    edit = pending.history(store, grown).done[-1]
    assert (edit.kind, list(edit.places)) == ("gather", group["places"])
