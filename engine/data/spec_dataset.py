"""What a person chooses about a dataset and its audit in, two frozen, validated specs out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from engine.spec import ArtifactRef, Spec

AUTO = "auto"

PresetName = Literal["auto", "none", "news", "reviews", "papers"]


class DatasetSpec(Spec):
    """Turn a file into a dataset: which columns, how to clean, what to keep, how to split."""

    source: Annotated[str, ArtifactRef("source")] = Field(
        description="The imported file, by name or key."
    )
    preset: PresetName = Field(
        "auto",
        description="What kind of file it is. auto recognises the public news, reviews and papers "
        "files; none goes by the values in the columns alone.",
    )
    text: list[str] = Field(
        default_factory=list,
        description="Columns that make up the text, in reading order; empty picks them for you.",
    )
    join: Literal["sentence", "newline", "space"] = Field(
        "sentence",
        description="What goes between two text columns: a full stop where one is missing, a line "
        "break, or a space.",
    )
    title: str = Field(
        AUTO, description="Column shown as a heading; auto picks it, empty means none."
    )
    label: str = Field(
        AUTO, description="Column with the category; auto picks it, empty means none."
    )
    label_part: Literal["auto", "whole", "first"] = Field(
        "auto",
        description="Take the whole label or its first word (the primary category of a paper).",
    )
    label_map: dict[str, str] = Field(
        default_factory=dict,
        description="New names for label values, for example 1=negative,3=neutral,5=positive; "
        "values not named keep theirs. Empty: the preset's own names.",
    )
    date: str = Field(AUTO, description="Column with the date; auto picks it, empty means none.")
    clean: list[str] = Field(
        default_factory=lambda: [AUTO],
        description="Cleaning steps: auto for the usual ones (papers: also LaTeX), or any of "
        "mojibake, html_entities, html_tags, latex, backslash_breaks, urls, control_chars, "
        "whitespace; empty for none.",
    )
    min_words: int = Field(
        1, ge=1, le=1000, description="Leave out texts with fewer words than this."
    )
    keep_duplicates: bool = Field(
        True,
        description="Keep texts that occur more than once; they always land in the same split. "
        "Otherwise only the first of each is kept.",
    )
    near_duplicates: Literal["auto", "yes", "no"] = Field(
        "auto",
        description="Also group texts that are almost the same, so that no test text has a twin in "
        "training; auto does so up to 200,000 rows.",
    )
    near_threshold: float = Field(
        0.8,
        ge=0.5,
        le=1.0,
        description="How alike near-duplicates must be: shared three-word runs, from 0 to 1.",
    )
    train: float = Field(0.8, ge=0, le=1, description="Share of the rows to learn from.")
    validation: float = Field(
        0.1, ge=0, le=1, description="Share of the rows used while training, to stop in time."
    )
    test: float = Field(0.1, ge=0, le=1, description="Share of the rows kept for the final score.")
    split_column: str = Field(
        AUTO,
        description="Column that already says train, validation or test; auto uses it where a "
        "preset knows one, empty ignores it.",
    )
    limit: int = Field(0, ge=0, description="Use at most this many rows of the file; 0 for all.")
    sample: Literal["random", "first"] = Field(
        "random", description="Which rows a limit takes: a random choice by seed, or the first."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Number that fixes every random choice.")

    @field_validator("text", "clean")
    @classmethod
    def _no_repeats(cls, names: list[str]) -> list[str]:
        return list(dict.fromkeys(names))

    @model_validator(mode="after")
    def _fractions(self) -> DatasetSpec:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(
                f"the shares for training, validation and test must add up to 1, not {total:g}"
            )
        return self


class AuditSpec(Spec):
    """Profile a dataset and list its duplicates, conflicts and odd texts."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="The dataset, by name or key."
    )
    near_threshold: float = Field(
        0.8,
        ge=0.5,
        le=1.0,
        description="How alike near-duplicates must be: shared three-word runs, from 0 to 1.",
    )
    short_words: int = Field(
        4, ge=1, le=1000, description="Texts with fewer words than this are listed as too short."
    )
    long_tokens: int = Field(
        256,
        ge=8,
        le=8192,
        description="Texts with more tokens than this are listed as too long; the default encoder "
        "reads 256.",
    )
    languages: int = Field(
        500, ge=0, le=5000, description="How many texts to look at for the language; 0 for none."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Number that fixes the random samples.")
