"""The public files are recognised as published, and nothing else is taken for them."""

import pytest

from engine.data.presets import plain_value, recognise

AG = {
    "Class Index": ["3", "1"],
    "Title": ["Oil up", "Talks"],
    "Description": ["Oil rose.", "They met."],
}
FOOD = {
    "Id": ["1"], "ProductId": ["B0"], "UserId": ["U"], "ProfileName": ["P"],
    "HelpfulnessNumerator": ["0"], "HelpfulnessDenominator": ["0"], "Score": ["5"],
    "Time": ["1346976000"], "Summary": ["Good"], "Text": ["Very good dog food."],
}  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "preset", "text", "label", "date"),
    [
        (AG, "news", ["Title", "Description"], "Class Index", ""),
        (dict(zip(["column0", "column1", "column2"], AG.values(), strict=True)), "news",
         ["column1", "column2"], "column0", ""),
        ({"text": ["Oil rose."], "label": ["Business"]}, "news", ["text"], "label", ""),
        ({"title": ["a"], "description": ["b"], "category": ["World"], "published": ["2024-01-02"]},
         "news", ["title", "description"], "category", "published"),
        (FOOD, "reviews", ["Summary", "Text"], "Score", "Time"),
        ({"stars": ["1"], "title": ["Bad"], "text": ["It broke."]}, "reviews", ["title", "text"],
         "stars", ""),
        ({"domain": ["books"], "stars": ["1.0"], "title": ["Bad"], "text": ["It broke."]},
         "reviews", ["title", "text"], "stars", ""),
        ({"review_id": ["r1"], "product": ["Lamp"], "stars": [4], "date": ["2024-01-02"],
          "summary": ["Nice"], "text": ["Bright."]},
         "reviews", ["summary", "text"], "stars", "date"),
        ({"id": ["1"], "title": ["T"], "abstract": ["A"], "categories": ["cs.LG stat.ML"],
          "authors": ["X"], "update_date": ["2020-01-02"]}, "papers", ["title", "abstract"],
         "categories", "update_date"),
        ({"title": ["T"], "abstract": ["A"], "categories": ["cs.LG"], "versions": ["[]"],
          "update_date": ["2020-01-02"]},
         "papers", ["title", "abstract"], "categories", "versions"),
    ],
)  # fmt: skip
def test_public_files_are_recognised(columns, preset, text, label, date):
    reading = recognise(columns)
    assert reading is not None
    assert (reading.preset, reading.text, reading.label, reading.date) == (
        preset,
        text,
        label,
        date,
    )


def test_labels_get_the_names_people_know():
    assert recognise(AG).label_map["3"] == "Business"
    assert recognise(FOOD).label_map == {
        "1": "negative", "2": "negative", "3": "neutral", "4": "positive", "5": "positive",
    }  # fmt: skip


def test_papers_are_cleaned_of_latex_and_labelled_by_their_first_category():
    reading = recognise({"title": ["T"], "abstract": ["A"], "categories": ["cs.LG stat.ML"]})
    assert "latex" in reading.clean
    assert reading.label_part == "first"


@pytest.mark.parametrize(
    "columns",
    [
        {"text": ["a"], "label": ["spam"]},
        {"a": ["1"], "b": ["x"], "c": ["y"]},
        {"column0": ["7"], "column1": ["x"], "column2": ["longer"]},
        {"stars": ["11"], "text": ["x"]},
        {"text": [], "label": []},
        {},
    ],
)
def test_other_files_are_not(columns):
    assert recognise(columns) is None


def test_a_preset_that_was_asked_for_is_the_only_one_tried():
    assert recognise(AG, preset="papers") is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [(" Sports ", "Sports"), ("5.0", "5"), (5, "5"), (5.0, "5"), ("nan", ""), (None, ""),
     (float("nan"), ""), ("None", ""), ("", ""), ("2.5", "2.5"), ("a  b", "a b"), (True, "True")],
)  # fmt: skip
def test_label_values_as_text(value, plain):
    assert plain_value(value) == plain
