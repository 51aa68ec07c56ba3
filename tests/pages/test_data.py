"""The Data page: a file in, its columns chosen, a dataset looked at; and what may go wrong."""

from __future__ import annotations

import pytest

from engine.jobs.record import State
from tests.pages.seen import button, said


def test_without_datasets_it_asks_for_a_file(visit):
    app = visit("data")
    assert not app.exception
    assert app.get("file_uploader")
    assert "switched off" in said(app)  # no folder of the server is open


def test_an_upload_becomes_a_job_and_leaves_the_session(visit, submitted, store):
    app = visit("data")
    app.file_uploader[0].upload("small.csv", b"text,label\na b c,x\n", "text/csv").run()
    assert not app.exception
    spec, name = submitted[0]
    assert spec.path.endswith("small.csv")
    assert spec.path.startswith(str(store.folder("uploads")))
    assert name == "small-file"
    assert "job" in app.query_params
    assert app.session_state["upload-turn"] == 1


def test_an_empty_upload_is_refused_in_words(visit, submitted):
    app = visit("data")
    app.file_uploader[0].upload("none.csv", b"", "text/csv").run()
    assert not submitted
    assert "none.csv is empty" in said(app)


def test_a_sample_set_is_one_click(visit, submitted):
    app = visit("data")
    button(app, "Add papers").click().run()
    assert not app.exception
    assert submitted[0][0].preset == "papers"


def test_a_path_outside_the_folders_is_refused(visit, submitted, tmp_path, monkeypatch):
    from engine.settings import settings

    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.csv").write_text("text\nhello there\n")
    monkeypatch.setenv("LIMN_FOLDERS", f'["{tmp_path / "open"}"]')
    settings.cache_clear()
    app = visit("data")
    files = next(s for s in app.selectbox if s.label == "File on this server")
    assert [o.split("/")[-1] for o in files.options] == ["a.csv"]
    files.set_value(files.options[0]).run()
    button(app, "Read this file").click().run()
    assert submitted[0][0].path == str(tmp_path / "open" / "a.csv")


def test_a_public_dataset_is_downloaded_by_a_job(visit, submitted):
    app = visit("data")
    app.button(key="fetch-ag_news").click().run()
    assert not app.exception
    assert submitted[0][0].public == "ag_news"


def test_columns_are_found_and_explained(visit, source):
    app = visit("data", source=source.key)
    assert not app.exception
    assert "'headline' has the longest texts" in said(app)
    assert "'topic' has 2 different values" in said(app)
    assert app.multiselect[0].value == ["headline"]
    assert "python -m engine data add" in said(app)


def test_cleaning_shows_before_and_after(visit, source):
    app = visit("data", source=source.key)
    words = said(app)
    assert "HTML entities** changes" in words
    assert "&amp; more" in words  # the text before, as it is in the file


def test_a_correction_reaches_the_job(visit, source, submitted):
    app = visit("data", source=source.key)
    next(s for s in app.selectbox if s.label == "Label").set_value("").run()
    next(c for c in app.checkbox if c.label == "HTML tags").uncheck().run()
    app.text_input(key=f"name-{source.key}").set_value("mine").run()
    button(app, "Add the dataset").click().run()
    assert not app.exception
    spec, name = submitted[0]
    assert (spec.label, name) == ("", "mine")
    assert "html_tags" not in spec.clean
    assert "html_entities" in spec.clean


def test_untouched_choices_are_the_bare_command(visit, source, submitted):
    app = visit("data", source=source.key)
    button(app, "Add the dataset").click().run()
    from engine.data.spec_dataset import DatasetSpec

    assert submitted[0][0] == DatasetSpec(source=source.key)


def test_a_file_without_text_asks_for_the_column(visit, store, tmp_path):
    from engine.data.spec_source import SourceSpec
    from engine.work import run

    path = tmp_path / "numbers.csv"
    path.write_text("id,n\n1,2\n3,4\n5,6\n")
    source = run(SourceSpec(path=str(path)), store=store)
    app = visit("data", source=source.key)
    assert not app.exception
    assert "No column with text" in said(app)


def test_a_failed_import_says_why_and_what_next(visit, make_job):
    job = make_job(State.FAILED, error="a*b*.csv is empty: choose another.", mendable=True)
    app = visit("data", job=job.id)
    assert "a*b*.csv is empty: choose another." in said(app)
    assert button(app, "Try again")
    assert button(app, "Bring another file")


def test_a_finished_job_opens_its_result(visit, make_job, source):
    job = make_job(State.DONE, result={"source": source.key})
    app = visit("data", job=job.id)
    assert app.query_params["source"] == source.key
    assert "small.csv" in said(app)


@pytest.mark.parametrize("ids", [{"job": "gone"}, {"source": "ffff"}, {"dataset": "ffff"}])
def test_an_address_of_something_gone_is_no_error(visit, ids):
    app = visit("data", **ids)
    assert not app.exception
    assert "not here any more" in said(app)


def test_a_dataset_shows_its_rows(visit, dataset, submitted):
    app = visit("data", dataset="small")
    assert not app.exception
    assert {m.label: m.value for m in app.metric}["Rows"] == "42"
    frame = app.dataframe[0].value
    assert list(frame["Label"].unique()) == ["sports", "business"]
    assert any(spec.dataset == dataset.key for spec, _ in submitted)  # the audit has begun


def test_rows_can_be_searched(visit, dataset, submitted):
    app = visit("data", dataset="small")
    app.text_input(key="rows-find").set_value("quarter 7").run()
    assert len(app.dataframe[0].value) == 1
    app.text_input(key="rows-find").set_value("no such words").run()
    assert "No row is like that" in said(app)


@pytest.mark.parametrize("view", ["Profile", "Audit", "Split"])
def test_profile_audit_and_split_are_drawn(visit, dataset, store, view):
    from engine.data.spec_dataset import AuditSpec
    from engine.work import run

    run(AuditSpec(dataset=dataset.key, languages=0), store=store)
    app = visit("data", dataset="small", view=view)
    assert not app.exception
    assert not app.error
    expected = {"Profile": "similar size", "Audit": "", "Split": "same proportions"}[view]
    assert expected in said(app)
    if view == "Audit":
        assert any("The same text more than once" in option for option in app.radio[0].options)


def test_the_same_choices_again_open_what_is_there_and_leave_its_name(
    visit, source, dataset, submitted
):
    app = visit("data", source=source.key)
    assert "Already added with these choices: small" in said(app)
    assert not [b for b in app.button if b.label == "Add the dataset"]
    next(c for c in app.checkbox if c.label == "HTML tags").uncheck().run()
    assert button(app, "Add the dataset")
    next(c for c in app.checkbox if c.label == "HTML tags").check().run()
    button(app, "Open the dataset").click().run()
    assert not [name for _, name in submitted if name]  # only its audit, which has none
    assert app.query_params["dataset"] == dataset.key


def test_a_dataset_without_labels_says_what_training_needs(visit, store, source):
    from engine.data.spec_dataset import DatasetSpec
    from engine.work import run

    found = run(DatasetSpec(source=source.key, label=""), store=store, name="bare")
    app = visit("data", dataset=found.key)
    assert not app.exception
    assert "choose a label column with two or more categories" in said(app)
