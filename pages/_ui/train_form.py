"""A labelled dataset in, a training job out: what is in it, which route, which knobs, start."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.spec import LORA_RATE, TrainSpec
from engine.encoder.hub.find import is_here
from engine.store import Artifact
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.format import about, count
from pages._ui.forms import command_line, spec_form
from pages._ui.loaders import made, store
from pages._ui.rows_view import page_rows
from pages._ui.texts import plain, short

_ROUTES = {
    "quick": (
        "Quick",
        "The encoder stays as it is; a calibrated linear model learns on its vectors, which are "
        "kept for the next time. A strong start, also without a GPU.",
    ),
    "finetune": (
        "Fine-tune",
        "The encoder learns too. Usually a few points better with thousands of texts, and several "
        "times slower; can be stopped early, keeping the best so far.",
    ),
    "lora": (
        "Adapter (LoRA)",
        "Small matrices beside the encoder's weights learn and are added to them in the end. Close "
        "to fine-tuning and lighter on memory: for large encoders.",
    ),
}
_KNOBS = ["encoder", "max_length", "balance_classes", "attention", "seed"]
_LEARNING = ["epochs", "learning_rate", "batch_size", "accumulate", "frozen_layers", "evaluations",
             "gradient_checkpointing"]  # fmt: skip
_ROUTE_KNOBS = {
    "quick": [],
    "finetune": _LEARNING,
    "lora": [*_LEARNING, "lora_rank", "lora_alpha", "lora_dropout"],
}
_LABELS = {
    "max_length": "Tokens read of a text",
    "evaluations": "Looks per epoch",
    "accumulate": "Parts of a batch",
    "gradient_checkpointing": "Save memory (gradient checkpointing)",
    "lora_rank": "Rank of the adapter",
    "lora_alpha": "Alpha of the adapter",
    "lora_dropout": "Dropout of the adapter",
}
_WISHES = {"quick": "quick", "finetune": "tuned", "lora": "lora"}
_TEXTS = 3


def train_form(dataset: Artifact) -> None:
    """Draw the choices for `dataset`; Start leaves for the job."""
    counts = example_counts(dataset.key, str(dataset.path))
    if isinstance(counts, str):
        st.warning(plain(counts), icon=":material/info:")
        nav.link("data", "Open it on the Data page", dataset=dataset.key)
        return
    left, right = st.columns([3, 2], gap="large")
    with right:
        _what_is_in_it(dataset, counts)
    with left:
        _choices(dataset, counts)
    _texts(dataset)


def _choices(dataset: Artifact, counts: dict[str, dict[str, int]]) -> None:
    route = st.radio(
        "Route",
        list(_ROUTES),
        format_func=lambda name: _ROUTES[name][0],
        captions=[caption for _, caption in _ROUTES.values()],
        key="route",
        help="How much of the model learns.",
    )
    with st.expander("More choices", icon=":material/tune:"), st.grid(2, min_column_width=200):
        chosen = spec_form(
            TrainSpec,
            [*_ROUTE_KNOBS[route], *_KNOBS],
            defaults={"learning_rate": LORA_RATE} if route == "lora" else {},
            key=f"train-{route}",
            labels=_LABELS,
        )
    with boundary():
        spec = TrainSpec.parse({"dataset": dataset.key, "route": route, **chosen})
        st.caption(f":material/timer: {_estimate(spec, dataset, counts)}")
        # Asked only of encoders that are here: drawing a page must not fetch one.
        if is_here(spec.encoder) and (here := made(spec)):
            # Training it again would only give what is here another name.
            st.success(
                f"Already trained with these choices: {plain(here.title)}.", icon=":material/check:"
            )
            if st.button("Open its report", type="primary", icon=":material/open_in_new:"):
                nav.go("train", model=here.key)
            command_line(spec.model_copy(update={"dataset": dataset.name or dataset.key}))
            return
        wish = f"{dataset.title}-{_WISHES[route]}"
        name = st.text_input(
            "Name of the classifier",
            store().free_name(wish),
            key=f"train-name-{dataset.key}-{route}",
            help="Lower-case letters, digits, dots and dashes; the command line knows it by this.",
        ).strip()
        if st.button("Start training", type="primary", icon=":material/play_arrow:"):
            taken = store().named(name)
            if taken:
                st.error(f"{plain(name)} is the name of something else; choose another.")
            else:
                nav.go("train", job=jobs.submit(spec, store=store(), name=name).id)
        command_line(spec.model_copy(update={"dataset": dataset.name or dataset.key}))


def _estimate(spec: TrainSpec, dataset: Artifact, counts: dict[str, dict[str, int]]) -> str:
    from engine.classify.estimate import estimate_seconds

    train = sum(one["train"] for one in counts.values())
    seconds = estimate_seconds(spec, dataset, train_rows=train, store=store())
    if seconds is None:
        texts = count(dataset.facts["rows"], "text")
        return (
            f"{texts}; nothing has run here yet to judge the time by. Two laptop cores read 25 to "
            "100 short texts a second, a GPU thousands; fine-tuning reads each about four times a "
            "pass."
        )
    if seconds < 30:
        return "Under half a minute here, judging by earlier runs."
    return f"{about(seconds).removesuffix(' left').capitalize()} here, judging by earlier runs."


def _what_is_in_it(dataset: Artifact, counts: dict[str, dict[str, int]]) -> None:
    from engine.figures.balance import balance_figure
    from engine.figures.base import CONFIG

    totals = {part: sum(one[part] for one in counts.values())
              for part in ("train", "validation", "test")}  # fmt: skip
    st.markdown("**What it learns from**")
    with st.container(horizontal=True):
        st.metric("To learn from", count(totals["train"]), help="Texts of the training split.")
        st.metric(
            "To choose by",
            count(totals["validation"]),
            help="Texts of the validation split: settings and stopping are chosen on them. Where "
            "there is none, a tenth of the training texts serves.",
        )
        st.metric(
            "To be judged on",
            count(totals["test"]),
            help="Texts of the test split, which training never sees. Where there is none, the "
            "validation texts judge, a little too kindly.",
        )
    st.plotly_chart(
        balance_figure(counts), config=CONFIG, key="balance", alt="Texts of each category"
    )


def _texts(dataset: Artifact) -> None:
    st.subheader("As it reads them", anchor=False)
    path = str(dataset.path / "rows.parquet")
    rows = page_rows(path, ("label", "text"), (("split", "train"),), 0, _TEXTS)
    with st.grid(_TEXTS, min_column_width=240):
        for row in rows:
            with st.container(border=True, gap=None):
                if row["label"]:
                    st.caption(plain(row["label"]))
                st.text(short(row["text"], 160), width="stretch")


@st.cache_data(max_entries=20, show_spinner=False)
def example_counts(key: str, path: str) -> dict[str, Any] | str:
    """Category to split to rows, or the sentence that says why nothing can be learnt from it."""
    from engine.classify.examples import count_examples
    from engine.errors import InputError

    try:
        return count_examples(store().get(key, "dataset"))
    except InputError as error:
        return str(error)
