"""Fine-tuning on a GPU: packed batches against transformers' padded routes, in one run.

    LIMN_REAL_DATA=bundle/data python benchmarks/finetune_gpu.py --encoder bundle/encoder

Speed and peak memory: AG News lengths, the same batches of 256 texts for every route, for MiniLM
and an encoder of BERT-base's size with random weights, bfloat16 autocast, fused AdamW, gradient
clipping. Routes go by turns; medians. Accuracy: MiniLM's real weights, three seeds, the same split
and schedule, packed against padded. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

from benchmarks.texts import labelled_news  # noqa: E402
from engine.encoder.attention.observe import observed_kernels  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402
from engine.progress import SILENT  # noqa: E402
from engine.together.group import ALONE  # noqa: E402
from engine.tuning.lesson import Lesson  # noqa: E402
from engine.tuning.look import Verdict
from engine.tuning.loop import prepare, tune  # noqa: E402
from engine.tuning.optimizer import MAX_GRAD_NORM, make_optimizer, set_rate  # noqa: E402
from engine.tuning.plan import plan_steps  # noqa: E402
from engine.tuning.settings import Tuning  # noqa: E402
from engine.tuning.step import Stepper  # noqa: E402

LABELS = 4
HELD_OUT = 2000


def lesson_of(tokens, targets, width, train, look):
    draw = np.random.default_rng(0)
    return Lesson(
        tokens=tokens,
        targets=targets,
        train=train,
        look=look,
        counts=np.ones(len(targets), np.float32),
        weight=(draw.standard_normal((LABELS, width)) * 0.02).astype(np.float32),
        bias=np.zeros(LABELS, np.float32),
    )


class Packed:
    """The product's own step."""

    def __init__(self, folder, tokens, targets, settings, train, look, compiled):
        self.encoder = load_encoder(str(folder), training=True)
        lesson = lesson_of(tokens, targets, self.encoder.width, train, look)
        network = prepare(self.encoder, lesson, settings)
        optimizer = make_optimizer(network, settings)
        self.stepper = Stepper(
            self.encoder, network, optimizer, lesson, settings, ALONE, None, SILENT, 1
        )
        if compiled:
            self.encoder.model.compile(dynamic=True)

    def step(self, batch, number, steps):
        set_rate(self.stepper.optimizer, number, steps)
        return self.stepper.step(batch, number)


class Padded:
    """The usual step: transformers' model on a padded batch under autocast."""

    def __init__(self, folder, tokens, targets, settings, attention):
        from transformers import AutoModel

        self.tokens, self.targets = tokens, targets
        self.model = AutoModel.from_pretrained(
            folder, attn_implementation=attention, dtype=torch.float32
        ).cuda()
        self.model.pooler = None
        width = self.model.config.hidden_size
        start = lesson_of(tokens, targets, width, targets[:0], targets[:0])
        self.head = nn.Linear(width, LABELS).cuda()
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(start.weight))
            self.head.bias.zero_()
        self.settings = settings
        body = list(self.model.parameters())
        groups = [
            {"params": [p for p in body if p.dim() > 1], "speed": 1.0, "weight_decay": 0.01},
            {"params": [p for p in body if p.dim() <= 1], "speed": 1.0, "weight_decay": 0.0},
            {"params": list(self.head.parameters()), "speed": 20.0, "weight_decay": 0.0},
        ]
        for group in groups:
            group["peak"] = settings.learning_rate * group["speed"]
        self.optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)

    def logits(self, batch):
        rows = [self.tokens[int(place)] for place in batch]
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(rows):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        mask = torch.from_numpy(mask).cuda()
        with torch.autocast("cuda", torch.bfloat16):
            hidden = self.model(
                input_ids=torch.from_numpy(ids).cuda(), attention_mask=mask
            ).last_hidden_state
            vectors = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            return self.head(nn.functional.normalize(vectors.float())).float()

    def step(self, batch, number, steps):
        self.model.train()
        torch.manual_seed(self.settings.seed * 1_000_003 + number)
        set_rate(self.optimizer, number, steps)
        targets = torch.from_numpy(self.targets[batch]).cuda()
        loss = nn.functional.cross_entropy(self.logits(batch), targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([*self.model.parameters(), *self.head.parameters()], MAX_GRAD_NORM)
        self.optimizer.step()
        return loss.detach()


ROUTES = ("padded, sdpa", "padded, flash_attention_2", "Limn, packed", "Limn, packed, compiled")


def route(name, folder, tokens, targets, settings, train):
    if name.startswith("padded"):
        return Padded(folder, tokens, targets, settings, name.split(", ")[1])
    compiled = name.endswith("compiled")
    return Packed(folder, tokens, targets, settings, train, train[:0], compiled)


def speeds(folder, tokens, targets, batch_size, names, rounds, steps):
    """Route -> examples a second and peak memory, by turns on the same random batches."""
    draw = np.random.default_rng(0)
    order = draw.permutation(len(tokens)).astype(np.int64)
    settings = Tuning(batch_size=batch_size)
    plan = [order[n : n + batch_size] for n in range(0, batch_size * steps, batch_size)]
    alive, found = {}, {}
    for name in names:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before, began = torch.cuda.memory_allocated(), time.perf_counter()
        try:
            alive[name] = route(name, folder, tokens, targets, settings, order)
            for number, batch in enumerate(plan[:5]):
                alive[name].step(batch, number, 1000)
        except (ImportError, ValueError) as error:
            print(f"{name}: {error}")
            alive.pop(name, None)
            continue
        torch.cuda.synchronize()
        peak = torch.cuda.max_memory_allocated() - before
        found[name] = {
            "peak_gib": round(peak / 2**30, 2),
            "first_steps_s": round(time.perf_counter() - began, 1),
        }
    taken = {name: [] for name in alive}
    for turn in range(rounds):
        for name, one in alive.items():
            # What another route left in the allocator's cache must not be this one's to clear.
            torch.cuda.empty_cache()
            for number, batch in enumerate(plan[:3]):
                one.step(batch, turn * steps + number, 10_000)
            torch.cuda.synchronize()
            began = time.perf_counter()
            for number, batch in enumerate(plan):
                one.step(batch, turn * steps + number, 10_000)
            torch.cuda.synchronize()
            taken[name].append(batch_size * steps / (time.perf_counter() - began))
    for name, rates in taken.items():
        found[name]["examples_per_second"] = round(statistics.median(rates))
    return found


def accuracy(folder, tokens, targets, seeds):
    """Route -> accuracy on held-out texts for each seed; the same batches in the same order."""
    found = {"Limn, packed": [], "padded, sdpa": []}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(tokens)).astype(np.int64)
        look, train = order[:HELD_OUT], order[HELD_OUT:]
        settings = Tuning(epochs=2, batch_size=64, seed=seed, evaluations=1, look_rows=HELD_OUT)
        encoder = load_encoder(str(folder), training=True)
        lesson = lesson_of(tokens, targets, encoder.width, train, look)
        seen = []

        def judge(logits, wanted, seen=seen):
            seen.append(float((logits.argmax(1) == wanted).mean()))
            return Verdict(float(len(seen)), 0.0)

        with tempfile.TemporaryDirectory() as scratch:
            tune(encoder, lesson, settings, scratch=Path(scratch), judge=judge)
        found["Limn, packed"].append(seen[-1])

        peer = Padded(folder, tokens, targets, settings, "sdpa")
        plan = plan_steps(lesson, settings)
        for number, batch in enumerate(plan):
            peer.step(batch, number, len(plan))
        peer.model.eval()
        with torch.inference_mode():
            right = [
                int((peer.logits(part).argmax(1).cpu().numpy() == targets[part]).sum())
                for part in np.array_split(look, 20)
            ]
        found["padded, sdpa"].append(sum(right) / len(look))
    return found


def base_sized(folder, like):
    from transformers import BertConfig, BertModel

    shutil.copytree(like, folder, dirs_exist_ok=True)
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=30_522)).save_pretrained(folder)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sizes", default="base,minilm")
    parser.add_argument("--routes", default=";".join(ROUTES))
    args = parser.parse_args()
    import transformers

    texts, labels = labelled_news()
    targets = np.asarray(labels, np.int64)
    tokens = load_encoder(str(args.encoder)).tokenize(texts)
    report = {"device": torch.cuda.get_device_name(), "torch": torch.__version__,
              "transformers": transformers.__version__, "batch": args.batch,
              "tokens_mean": round(float(tokens.lengths.mean()), 1)}  # fmt: skip
    one = Packed(args.encoder, tokens, targets, Tuning(), np.arange(64), np.arange(0), False)
    report["kernel"] = one.encoder.kernel.name
    report["kernel_ops"] = [
        op[:70] for op in observed_kernels(lambda: one.step(np.arange(64), 0, 10))
    ]
    with tempfile.TemporaryDirectory() as place:
        for size in args.sizes.split(","):
            folder = base_sized(Path(place) / "base", args.encoder) if size == "base" else None
            report[size] = speeds(
                folder or args.encoder, tokens, targets, args.batch, args.routes.split(";"),
                args.rounds, args.steps,
            )  # fmt: skip
            table(size, report[size])
    if args.seeds:
        report["accuracy"] = accuracy(args.encoder, tokens, targets, args.seeds)
        means = {name: statistics.mean(found) for name, found in report["accuracy"].items()}
        print(f"\naccuracy, mean of {args.seeds} seeds: {means}")
        report["accuracy_means"] = {name: round(mean, 4) for name, mean in means.items()}
    print(json.dumps(report))


def table(size, found):
    print(
        f"\n| {size} | examples/s | times padded sdpa | times padded FA2 | peak GiB | of sdpa's |"
    )
    print("|---|---|---|---|---|---|")
    sdpa = found.get("padded, sdpa")
    flash = found.get("padded, flash_attention_2")
    for name, row in found.items():
        rate, peak = row["examples_per_second"], row["peak_gib"]
        over = [f"{rate / one['examples_per_second']:.2f}" if one else "" for one in (sdpa, flash)]
        share = f"{peak / sdpa['peak_gib']:.2f}" if sdpa else ""
        print(f"| {name} | {rate:,} | {over[0]} | {over[1]} | {peak} | {share} |", flush=True)


if __name__ == "__main__":
    main()
