"""Fine-tuning on a CPU: ours against transformers' Trainer with its defaults, interleaved.

    python benchmarks/finetune_cpu.py --texts 480 --rounds 5
    python benchmarks/finetune_cpu.py --texts 480 --rounds 3 --accuracy 2000 --seeds 3

Speed: each round trains all routes on the same texts, from the published weights; the ratio is of
whole runs, ours with the embedding of all texts and the fit of the head it starts from.
Accuracy (with --accuracy N): N texts, scored on --test texts nobody saw, each seed its own draw.
Both take batches of 16 and the same epochs, and the same learning rate but for the adapter (5e-4).
The peer is AutoModelForSequenceClassification under TrainingArguments' defaults otherwise (random
batches padded to their longest, linear decay, dropout, its own attention).
Texts are AG News from LIMN_REAL_DATA (../shared/data where that is there).
The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")

import csv  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402

from engine.classify.head import cross_entropy, fit_head  # noqa: E402
from engine.encoder.attention.observe import observed_kernels  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402
from engine.encoder.packing import pack  # noqa: E402
from engine.tuning.lesson import Lesson  # noqa: E402
from engine.tuning.look import Verdict  # noqa: E402
from engine.tuning.loop import tune  # noqa: E402
from engine.tuning.settings import Tuning  # noqa: E402

BATCH = 16
RATE = 5e-5


def read_news(n, seed):
    data = Path(os.environ.get("LIMN_REAL_DATA") or ROOT.parent / "shared" / "data")
    path = data / "ag_news" / "train.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{k.lower(): v for k, v in row.items() if k} for row in csv.DictReader(file)]
    key = next(k for k in rows[0] if k not in ("title", "description", "text"))
    names = sorted({row[key] for row in rows})
    chosen = np.random.default_rng(seed).permutation(len(rows))[:n]
    texts = [f"{rows[i].get('title', '')}. {rows[i].get('description') or rows[i].get('text', '')}"
             for i in chosen]  # fmt: skip
    return texts, np.array([names.index(rows[i][key]) for i in chosen]), len(names)


def judge(logits, targets):
    return Verdict(float((logits.argmax(1) == targets).mean()), cross_entropy(logits, targets))


def lesson_for(encoder, texts, targets, n_labels, start):
    everyone = np.arange(len(texts))
    return Lesson(
        tokens=encoder.tokenize(texts),
        targets=targets,
        train=everyone,
        look=everyone[:0],
        counts=np.ones(len(targets), np.float32),
        weight=start.weight,
        bias=start.bias,
    )


def ours(texts, targets, n_labels, settings):
    """Seconds from texts to trained weights, and the trained encoder with its head.

    The fitted head we begin with, for which every text is embedded once, is part of our time.
    Loading weights is left out, as it is with the peer.
    """
    encoder = load_encoder("minilm", device="cpu", training=True)
    still = load_encoder("minilm", device="cpu")
    began = time.perf_counter()
    vectors = still.encode(texts)
    start = fit_head(vectors, targets, n_labels=n_labels, validation=(vectors[:0], targets[:0]))
    lesson = lesson_for(encoder, texts, targets, n_labels, start)
    with tempfile.TemporaryDirectory() as scratch:
        tuned = tune(encoder, lesson, settings, scratch=Path(scratch), judge=judge)
    return time.perf_counter() - began, encoder, tuned


def theirs(texts, targets, n_labels, epochs, seed):
    """The same by transformers' Trainer: seconds, model, tokenizer."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    folder = load_encoder("minilm", device="cpu").recipe.transformer
    tokenizer = AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=n_labels)
    began = time.perf_counter()
    coded = tokenizer(texts, truncation=True, max_length=256)
    rows = [
        {"input_ids": ids, "attention_mask": mask, "labels": int(label)}
        for ids, mask, label in zip(
            coded["input_ids"], coded["attention_mask"], targets, strict=True
        )
    ]
    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=scratch, per_device_train_batch_size=BATCH, num_train_epochs=epochs,
            learning_rate=RATE, seed=seed, use_cpu=True, report_to="none", save_strategy="no",
            logging_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        trainer = Trainer(
            model=model, args=arguments, train_dataset=rows,
            data_collator=DataCollatorWithPadding(tokenizer),
        )  # fmt: skip
        trainer.train()
    return time.perf_counter() - began, model.eval(), tokenizer


def accuracy_of_theirs(model, tokenizer, texts, targets):
    right = 0
    with torch.inference_mode():
        for at in range(0, len(texts), 64):
            batch = tokenizer(texts[at : at + 64], truncation=True, max_length=256, padding=True,
                              return_tensors="pt")  # fmt: skip
            said = model(**batch).logits.argmax(1).numpy()
            right += int((said == targets[at : at + 64]).sum())
    return right / len(texts)


def accuracy_of_ours(encoder, tuned, texts, targets):
    logits = encoder.encode(texts) @ tuned.weight.T + tuned.bias
    return float((logits.argmax(1) == targets).mean())


def kernels():
    encoder = load_encoder("minilm", device="cpu", training=True)
    tokens = encoder.tokenize(["what ran", "is what is written down"])
    ran = observed_kernels(lambda: encoder.pool(pack(tokens)).sum().backward())
    return [name for name in ran if "attention" in name or "softmax" in name]


def routes(frozen, epochs, seed):
    whole = Tuning(epochs=epochs, batch_size=BATCH, learning_rate=RATE, seed=seed, evaluations=1)
    return {
        "whole": whole,
        "frozen": Tuning(epochs=epochs, batch_size=BATCH, learning_rate=RATE, seed=seed,
                         evaluations=1, frozen_layers=frozen),
        "lora": Tuning(epochs=epochs, batch_size=BATCH, learning_rate=5e-4, seed=seed,
                       evaluations=1, adapter="lora"),
    }  # fmt: skip


def median(values):
    return statistics.median(values) if values else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=480)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3, help="Trainer's default is 3")
    parser.add_argument("--frozen", type=int, default=4, help="lower layers of 6 that stay")
    parser.add_argument("--accuracy", type=int, default=0, help="texts of the accuracy runs")
    parser.add_argument("--test", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--routes", default="whole,frozen,lora")
    args = parser.parse_args()
    names = args.routes.split(",")

    texts, targets, n_labels = read_news(args.texts, 0)
    taken = {name: [] for name in ("peer", *names)}
    for _ in range(args.rounds):
        taken["peer"].append(theirs(texts, targets, n_labels, args.epochs, 0)[0])
        for name in names:
            settings = routes(args.frozen, args.epochs, 0)[name]
            taken[name].append(ours(texts, targets, n_labels, settings)[0])
    ratios = {
        name: [p / o for p, o in zip(taken["peer"], taken[name], strict=True)] for name in names
    }
    scores = {name: [] for name in ("peer", *names)}
    for seed in range(args.seeds if args.accuracy else 0):
        texts, targets, n_labels = read_news(args.accuracy + args.test, seed)
        learn, test = slice(0, args.accuracy), slice(args.accuracy, None)
        _, model, tokenizer = theirs(texts[learn], targets[learn], n_labels, args.epochs, seed)
        scores["peer"].append(accuracy_of_theirs(model, tokenizer, texts[test], targets[test]))
        for name in names:
            settings = routes(args.frozen, args.epochs, seed)[name]
            _, encoder, tuned = ours(texts[learn], targets[learn], n_labels, settings)
            scores[name].append(accuracy_of_ours(encoder, tuned, texts[test], targets[test]))
        sys.stderr.write(f"seed {seed}: { {n: s[-1] for n, s in scores.items()} }\n")

    print("| route | texts/s | times Trainer | accuracy, mean |\n|---|---|---|---|")
    for name in taken:
        speed = args.texts * args.epochs / median(taken[name]) if taken[name] else 0
        times = 1.0 if name == "peer" else median(ratios[name])
        shown = f"{100 * statistics.mean(scores[name]):.2f} %" if scores[name] else "-"
        label = "transformers' Trainer" if name == "peer" else f"ours, {name}"
        print(f"| {label} | {speed:.1f} | {times:.2f} | {shown} |")
    print(
        json.dumps(
            {
                "texts": args.texts,
                "epochs": args.epochs,
                "batch": BATCH,
                "learning_rate": RATE,
                "frozen_layers": args.frozen,
                "kernel_ops": kernels(),
                "times_peer": {name: round(median(r), 3) for name, r in ratios.items()},
                "times_peer_rounds": {n: [round(x, 2) for x in r] for n, r in ratios.items()},
                "accuracy_texts": args.accuracy,
                "test_texts": args.test if args.accuracy else 0,
                "accuracy": {name: [round(x, 4) for x in s] for name, s in scores.items()},
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
                "python": platform.python_version(),
            }
        )
    )


if __name__ == "__main__":
    main()
