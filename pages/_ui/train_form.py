"""A labelled dataset in, a training job out: what is in it, which route, which knobs, start."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.spec import LORA_RATE, RepeatSpec, SearchSpec, TrainSpec
from engine.encoder.hub.find import is_here
from engine.store import Artifact
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.format import about, count
from pages._ui.forms import command_line, spec_form
from pages._ui.loaders import artifact, made, store
from pages._ui.pickers import describe
from pages._ui.queue_view import under_way
from pages._ui.rehearsal_view import rehearsal
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
_LEARNS = ("finetune", "lora")
_GROUPS: tuple[tuple[str, list[str], tuple[str, ...]], ...] = (
    ("What is read", ["encoder", "max_length", "attention"], tuple(_ROUTES)),
    ("How it learns", ["epochs", "learning_rate", "batch_size", "frozen_layers"], _LEARNS),
    ("The adapter", ["lora_rank", "lora_alpha", "lora_dropout"], ("lora",)),
    ("The head", ["strength"], ("quick",)),
    ("Rare and hard texts", ["class_balance"], ("quick",)),
    ("Rare and hard texts", ["class_balance", "label_smoothing", "loss", "focal_gamma"], _LEARNS),
    ("What is learnt beside", ["auxiliary"], _LEARNS),
    ("When to look, and when to stop", ["metric", "evaluations", "patience"], _LEARNS),
    ("The machine", ["accumulate", "gradient_checkpointing", "compile", "processes"], _LEARNS),
    ("Chance", ["seed"], tuple(_ROUTES)),
)
_LABELS = {
    "max_length": "Tokens read of a text",
    "evaluations": "Looks per epoch",
    "metric": "A look is judged by",
    "patience": "Looks without a better one (0: never stop early)",
    "strength": "Strength of the head (0: chosen for you)",
    "focal_gamma": "Power of the focal loss",
    "auxiliary": "A column of the file (empty: none)",
    "accumulate": "Parts of a batch",
    "gradient_checkpointing": "Save memory (gradient checkpointing)",
    "processes": "Processes (0: one for each GPU)",
    "lora_rank": "Rank of the adapter",
    "lora_alpha": "Alpha of the adapter",
    "lora_dropout": "Dropout of the adapter",
}
_KINDS = {
    "one": ("One training", TrainSpec, []),
    "repeat": ("Several seeds", RepeatSpec, ["runs"]),
    "search": ("Search for the best settings", SearchSpec, ["minutes", "trials"]),
}
_SAID = {
    "repeat": "The same training with seeds that follow each other: mean and spread of the scores "
    "tell how much of a difference is luck.",
    "search": "Many trainings with settings chosen by what did well before; hopeless ones are left "
    "early. Judged by the validation texts alone, the best is then trained whole.",
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
    like, goes_on = _like(), artifact(st.query_params.get("start"), "model")
    routes = list(_ROUTES)
    route = st.radio(
        "Route",
        routes,
        index=routes.index(like.get("route", "finetune" if goes_on else "quick")),
        format_func=lambda name: _ROUTES[name][0],
        captions=[caption for _, caption in _ROUTES.values()],
        key="route" + _prefix(),
        help="How much of the model learns.",
    )
    with st.expander("More choices", icon=":material/tune:"):
        start = _start(dataset)
        kind, chosen = _more_choices(route, like, start)
    if start and (model := artifact(start, "model")):
        st.caption(f":material/history: Goes on from {plain(model.title)}.")
    _, spec_class, _ = _KINDS[kind]
    with boundary():
        given = {"dataset": dataset.key, "route": route, "start": start, **chosen}
        train = TrainSpec.parse({k: v for k, v in given.items() if k in TrainSpec.model_fields})
        st.caption(f":material/timer: {_estimate(train, dataset, counts)}")
        rehearsal(train)
        _begin(spec_class.parse(given), kind, dataset)


def _more_choices(route: str, like: dict[str, Any], start: str) -> tuple[str, dict[str, Any]]:
    """What is to be started (a key of _KINDS), and the values of every field that is shown."""
    kind = st.segmented_control(
        "What to start", list(_KINDS), default="one", required=True, wrap=True,
        format_func=lambda name: _KINDS[name][0], key="kind",
    )  # fmt: skip
    kind = kind or "one"
    _, spec_class, more = _KINDS[kind]
    chosen: dict[str, Any] = {}
    if more:
        st.caption(_SAID[kind])
        with st.grid(2, min_column_width=200):
            chosen = spec_form(spec_class, more, key=f"train-{kind}")
    defaults = {**({"learning_rate": LORA_RATE} if route == "lora" else {}), **like}
    for title, fields, routes in _GROUPS:
        if route not in routes:
            continue
        st.markdown(f"**{title}**")
        shown = [name for name in fields if not (name == "encoder" and start)]
        with st.grid(2, min_column_width=200):
            chosen |= spec_form(
                TrainSpec, shown, defaults=defaults, key=f"train-{route}{_prefix()}", labels=_LABELS
            )
    return kind, chosen


def _begin(spec: TrainSpec, kind: str, dataset: Artifact) -> None:
    shown = spec.model_copy(update={"dataset": dataset.name or dataset.key})
    # Asked only of encoders that are here: drawing a page must not fetch one.
    if is_here(spec.encoder) and (here := made(spec)):
        # Training it again would only give what is here another name.
        st.success(
            f"Already trained with these choices: {plain(here.title)}.", icon=":material/check:"
        )
        if st.button("Open its report", type="primary", icon=":material/open_in_new:"):
            nav.go("train", **{here.kind: here.key})
        command_line(shown)
        return
    suffix = _WISHES[spec.route] if kind == "one" else f"{_WISHES[spec.route]}-{kind}"
    name = st.text_input(
        "Name of the classifier" if kind == "one" else "Name of the result",
        store().free_name(f"{dataset.title}-{suffix}"),
        key=f"train-name-{dataset.key}-{spec.route}-{kind}",
        help="Lower-case letters, digits, dots and dashes; the command line knows it by this.",
    ).strip()
    waiting = bool(under_way())
    label = "Add to the queue" if waiting else "Start training" if kind == "one" else "Start"
    if st.button(label, type="primary", icon=":material/play_arrow:"):
        if store().named(name):
            st.error(f"{plain(name)} is the name of something else; choose another.")
        else:
            job = jobs.submit(spec, store=store(), name=name)
            if waiting:
                # The form stays, so that the next one can be added.
                st.toast(f"{plain(name)} is in the queue.", icon=":material/schedule:")
                st.rerun()
            nav.go("train", job=job.id)
    command_line(shown)


def _start(dataset: Artifact) -> str:
    """Key of the classifier to go on from; empty begins anew."""
    models = {m.key: m for m in store().artifacts("model")}
    wanted = artifact(st.query_params.get("start"), "model")
    if wanted:
        models.setdefault(wanted.key, wanted)
    if not models:
        return ""
    options = ["", *models]
    picked = st.selectbox(
        "Go on from",
        options,
        index=options.index(wanted.key) if wanted else 0,
        format_func=lambda key: describe(models[key]) if key else "Nothing: begin anew",
        key=f"train-start-{dataset.key}{_prefix()}",
        help="A classifier whose encoder, and whose head for categories of the same name, are "
        "where training begins: after edits, or for more texts of the same kind.",
    )
    return picked or ""


def _like() -> dict[str, Any]:
    """The settings of the classifier that ?like= names, to begin the form with."""
    found = artifact(st.query_params.get("like"), "model")
    left_out = {"dataset", "start"}
    spec = found.manifest.spec if found else {}
    return {k: v for k, v in spec.items() if k in TrainSpec.model_fields and k not in left_out}


def _prefix() -> str:
    """What tells the widgets of a form filled by the address from those of an empty one."""
    return "".join(f"-{st.query_params[n]}" for n in ("like", "start") if n in st.query_params)


def _estimate(spec: TrainSpec, dataset: Artifact, counts: dict[str, dict[str, int]]) -> str:
    from engine.classify.estimate import estimate

    train = sum(one["train"] for one in counts.values())
    found = estimate(spec, dataset, train_rows=train, store=store())
    if found is None:
        texts = count(dataset.facts["rows"], "text")
        return (
            f"{texts}; nothing has run here yet to judge the time by. Two laptop cores read 25 to "
            "100 short texts a second, a GPU thousands; fine-tuning reads each about four times a "
            "pass. Check before start measures it."
        )
    by = "by its own first steps" if found.measured else "judging by earlier runs"
    if found.seconds < 30:
        return f"Under half a minute here, {by}."
    return f"{about(found.seconds).removesuffix(' left').capitalize()} here, {by}."


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
