"""Rows become texts with label, date, split and group; every lost row is accounted for."""

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.preview import preview
from engine.data.rows import joined
from engine.data.spec_dataset import DatasetSpec
from engine.errors import InputError
from tests.data.making import make_dataset, source

TOPICS = ("rivers", "trains", "cheese", "chess", "bees", "glaciers", "violins", "maps")


def column(n, start=0):
    return [
        f"A text about {TOPICS[i % 8]} numbered {i} by hand {i * 7}"
        for i in range(start, start + n)
    ]


def test_ag_news_as_published(tmp_path):
    facts, rows, _ = make_dataset(
        tmp_path,
        {"Class Index": ["3", "1"], "Title": ["Oil #39;s up", "Talks"],
         "Description": ["It rose.", "Talks went on,  quot;slowly. quot;"]},
    )  # fmt: skip
    assert [row["text"] for row in rows] == ["Oil's up. It rose.", 'Talks went on, "slowly."']
    assert [row["label"] for row in rows] == ["Business", "World"]
    assert [row["title"] for row in rows] == ["Oil's up", "Talks"]
    assert facts["text_column"] == "Title + Description"
    assert facts["preset"] == "news"


def test_papers_take_the_first_category_and_the_first_date(tmp_path):
    versions = '[{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}]'
    _, rows, _ = make_dataset(
        tmp_path,
        {"title": ["On $\\alpha$\n decay"], "abstract": ["  We study CH$_4$.\n"],
         "categories": ["hep-ph astro-ph"], "versions": [versions], "update_date": ["2019-01-01"]},
    )  # fmt: skip
    assert rows[0]["text"] == "On α decay. We study CH4."
    assert rows[0]["label"] == "hep-ph"
    assert rows[0]["date"].isoformat() == "2007-04-02T19:18:42"


def test_labels_with_stray_spaces_and_missing_ones(tmp_path):
    facts, rows, _ = make_dataset(
        tmp_path,
        {"text": column(6), "label": [" a", "a ", "a", "nan", None, ""]},
        text=["text"], label="label",
    )  # fmt: skip
    assert facts["labels"] == {"a": 3}
    assert facts["unlabelled"] == 3
    assert [row["label"] for row in rows] == ["a", "a", "a", None, None, None]


def test_the_label_map_can_be_edited(tmp_path):
    facts, _, _ = make_dataset(
        tmp_path, {"stars": ["1", "5.0", "3"], "text": column(3)},
        label_map={"1": "bad", "5": "good"},
    )  # fmt: skip
    assert facts["labels"] == {"bad": 1, "good": 1, "3": 1}
    assert any("'3'" in note for note in facts["notes"])


def test_texts_without_words_are_left_out_and_counted(tmp_path):
    texts = ["one good text", " ", "<br/>", None, "&nbsp;", "nan", "short"]
    facts, rows, folder = make_dataset(tmp_path, {"text": texts}, text=["text"], min_words=2)
    assert [row["row"] for row in rows] == [0]
    assert facts["dropped"] == {"empty text": 5, "too few words": 1}
    assert pq.read_table(folder / "dropped.parquet").column("row").to_pylist() == [1, 2, 3, 4, 5, 6]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["", "alpha beta", "Alpha  beta!", "gamma", "delta one two"]),
                min_size=1, max_size=40), st.booleans())  # fmt: skip
def test_every_source_row_is_kept_or_accounted_for(tmp_path_factory, texts, keep):
    if not any(texts):
        return
    folder = tmp_path_factory.mktemp("d")
    facts, rows, out = make_dataset(folder, {"text": texts}, text=["text"], keep_duplicates=keep)
    gone = pq.read_table(out / "dropped.parquet").column("row").to_pylist()
    assert sorted([row["row"] for row in rows] + gone) == list(range(len(texts)))
    assert facts["rows"] + sum(facts["dropped"].values()) == len(texts)
    assert sum(facts["splits"].values()) == facts["rows"]


def test_duplicates_share_a_group_and_a_split(tmp_path):
    texts = column(40) * 2
    facts, rows, _ = make_dataset(tmp_path, {"text": texts}, text=["text"])
    assert facts["duplicates"]["exact"] == 40
    for i in range(40):
        assert (rows[i]["group"], rows[i]["split"]) == (
            rows[i + 40]["group"],
            rows[i + 40]["split"],
        )


def test_duplicates_can_be_left_out(tmp_path):
    facts, rows, _ = make_dataset(
        tmp_path, {"text": ["same text", "Same  text!", "other text"]}, text=["text"],
        keep_duplicates=False,
    )  # fmt: skip
    assert [row["row"] for row in rows] == [0, 2]
    assert facts["dropped"] == {"exact duplicate": 1}


def test_a_split_column_is_obeyed_and_completed(tmp_path):
    facts, rows, _ = make_dataset(
        tmp_path,
        {"text": column(60), "label": ["a", "b"] * 30,
         "part": ["Train"] * 40 + ["test"] * 19 + ["?"]},
        text=["text"], label="label", split_column="part",
    )  # fmt: skip
    assert {row["split"] for row in rows[40:59]} == {"test"}
    assert facts["splits"]["test"] == 19
    assert facts["splits"]["validation"] >= 2
    assert any("'?'" in note for note in facts["notes"])


def test_the_same_spec_gives_the_same_dataset(tmp_path):
    columns = {"text": column(50), "label": ["a", "b"] * 25}
    one = make_dataset(tmp_path / "1", columns, limit=20)[1]
    two = make_dataset(tmp_path / "2", columns, limit=20)[1]
    assert one == two
    assert len(one) == 20
    assert make_dataset(tmp_path / "3", columns, limit=20, seed=1)[1] != one
    first = make_dataset(tmp_path / "4", columns, limit=20, sample="first")[1]
    assert [row["row"] for row in first] == list(range(20))


def test_one_class_is_fine_for_topics_and_said(tmp_path):
    facts, _, _ = make_dataset(
        tmp_path, {"text": column(5), "label": ["a"] * 5}, text=["text"], label="label"
    )
    assert any("at least two classes" in note for note in facts["notes"])


def test_dates_come_out_as_dates(tmp_path):
    facts, rows, _ = make_dataset(
        tmp_path, {"text": column(3), "when": ["31/12/2023", "1/2/2024", ""]}, text=["text"]
    )
    assert facts["has_dates"]
    assert [row["date"] and row["date"].date().isoformat() for row in rows] == [
        "2023-12-31", "2024-02-01", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "spec", "said"),
    [
        ({"text": ["a b"]}, {"text": ["body"]}, "There is no column 'body'; the file has 'text'"),
        ({"n": ["1", "2"]}, {}, "No column with text"),
        ({"text": [" ", ""]}, {"text": ["text"]}, "No row is left"),
        ({"text": ["a b"]}, {"train": 0.5}, "must add up to 1, not 0.7"),
        ({"text": ["a b"]}, {"clean": ["x"]}, "no cleaning step 'x'"),
        ({"text": []}, {"text": ["text"]}, "no rows"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, columns, spec, said):
    with pytest.raises(InputError, match=said):
        make_dataset(tmp_path, columns, **spec)


def test_many_batches_are_one_dataset(tmp_path):
    facts, rows, _ = make_dataset(tmp_path, {"text": column(9000)}, text=["text"])
    assert facts["rows"] == 9000
    assert [row["row"] for row in rows] == list(range(9000))


def test_the_preview_is_what_the_dataset_will_be(tmp_path):
    columns = {"stars": ["1", "5", "3"], "title": ["Bad<br>one", "Good", ""],
               "text": ["It broke &amp; fell.", "Bright.", " "]}  # fmt: skip
    _, rows, _ = make_dataset(tmp_path, columns)
    shown = preview(source(tmp_path / "again", columns) / "rows.parquet", DatasetSpec(source="x"))
    kept = [row for row in shown.rows if not row.problem]
    assert [row.text for row in kept] == [row["text"] for row in rows]
    assert [row.label for row in kept] == ["negative", "positive"]
    assert shown.rows[0].raw == "Bad<br>one\nIt broke &amp; fell."
    assert shown.rows[2].problem == "empty text"
    assert {report.step.name: report.changed for report in shown.steps}["html_tags"] == 1


@pytest.mark.parametrize(
    ("parts", "how", "text"),
    [(["A title", "Text."], "sentence", "A title. Text."),
     (["Why?", "So."], "sentence", "Why? So."),
     (["", "Text."], "sentence", "Text."), (["Oil", "Oil rose."], "sentence", "Oil rose."),
     (["A", "b"], "newline", "A\nb"), ([], "sentence", "")],
)  # fmt: skip
def test_columns_are_joined_as_one_would_read_them(parts, how, text):
    assert joined(parts, how) == text


def test_the_identity_of_the_texts_depends_on_the_texts_alone(tmp_path):
    from engine.data.spec_source import SourceSpec
    from engine.store import Store
    from engine.work import run

    store = Store(tmp_path / "cache")
    path = tmp_path / "in.csv"
    path.write_text("text,label\n" + "".join(f"text number {i},{'ab'[i % 2]}\n" for i in range(60)))
    source = run(SourceSpec(path=str(path)), store=store).key
    made = {
        name: run(DatasetSpec(source=source, **choice), store=store)
        for name, choice in {
            "plain": {},
            "other split": {"seed": 5},
            "no labels": {"label": ""},
            "fewer": {"limit": 50},
        }.items()
    }
    assert len({dataset.key for dataset in made.values()}) == 4
    texts = {name: dataset.facts["text_digest"] for name, dataset in made.items()}
    assert texts["plain"] == texts["other split"] == texts["no labels"] != texts["fewer"]
