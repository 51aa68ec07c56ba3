"""On a CUDA machine: do the kernels agree, does packed equal one by one, how many texts a second.

Needs torch, transformers, sentence-transformers, numpy, pyarrow; flash-attn is used where it is
importable. Encoder and texts come from bundle.py or from the data folder (see texts.py). The last
line printed is one JSON object.

    LIMN_REAL_DATA=bundle/data python benchmarks/encoder_gpu.py --encoder bundle/encoder

What is measured is from a list of texts to float32 vectors in memory, in one process, every route
in turn, medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.texts import texts as read  # noqa: E402
from engine.encoder.attention.choice import KERNELS, choose, kernel  # noqa: E402
from engine.encoder.attention.observe import observed_kernels  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402
from engine.encoder.packing import pack  # noqa: E402
from engine.errors import InputError  # noqa: E402

# Largest error allowed, as a share of the largest number in the float32 reference.
TOLERANCE = {torch.float16: 4e-3, torch.bfloat16: 3e-2, torch.float32: 1e-4}
COSINE = 0.9995
log = logging.getLogger("encoder_gpu")


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


def agree(device):
    """Each kernel against sdpa_math in float32, output and gradients, by type and head size."""
    rows = []
    lengths = [1, 2, 17, 64, 64, 64, 200, 511]
    ends = torch.tensor(np.cumsum([0, *lengths]), dtype=torch.int32, device=device)
    where = {"cu_seqlens": ends, "max_seqlen": max(lengths)}
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        for head_dim in (32, 64, 128):
            for window in (None, 16):
                torch.manual_seed(0)
                shape = (sum(lengths), 6, head_dim)
                given = [torch.randn(shape, device=device).to(dtype) for _ in range(3)]
                towards = torch.randn(shape, device=device).to(dtype)

                def run(how, values, towards=towards, where=where, window=window):
                    values = [x.detach().clone().requires_grad_() for x in values]
                    out = kernel(how)(*values, **where, window=window)
                    out.backward(towards.to(out.dtype))
                    return [out.detach().float(), *(x.grad.float() for x in values)]

                expected = run("sdpa_math", [x.float() for x in given])
                for how in KERNELS:
                    row = {"kernel": how, "dtype": name_of(dtype), "head_dim": head_dim,
                           "window": window}  # fmt: skip
                    rows.append(row)
                    try:
                        choose(device, dtype, head_dim, True, how, window=window)
                    except InputError as refused:
                        row["refused"] = str(refused)
                        continue
                    got = run(how, given)
                    errors = [
                        float((a - b).abs().max() / b.abs().max())
                        for a, b in zip(got, expected, strict=True)
                    ]
                    row["error_out"], row["error_grad"] = errors[0], max(errors[1:])
                    row["ok"] = max(errors) <= TOLERANCE[dtype]
                    del got
    return rows


def summary(rows):
    """One short line a kernel and type: how many cases ran, the worst error, why others did not."""
    lines = {}
    for row in rows:
        line = lines.setdefault(
            (row["kernel"], row["dtype"]),
            {"kernel": row["kernel"], "dtype": row["dtype"], "ran": 0, "ok": True},
        )
        if "refused" in row:
            why = row["refused"].partition("here: ")[2].partition(". Choose")[0][:90]
            line.setdefault("refused", {}).setdefault(why, []).append(
                f"{row['head_dim']}w" if row["window"] else str(row["head_dim"])
            )
            continue
        line["ran"] += 1
        line["ok"] = line["ok"] and row["ok"]
        for key in ("error_out", "error_grad"):
            line[key] = float(f"{max(line.get(key, 0.0), row[key]):.1e}")
    return list(lines.values())


def cosine(a, b):
    return float(((a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))).min())


def check_vectors(folder, texts, device, reference):
    """Every kernel that runs: packed against one by one and against sentence-transformers."""
    rows = []
    for dtype in ("float16", "bfloat16", "float32"):
        if device == "cpu" and dtype != "float32":
            continue  # emulated there, and far too slow
        for how in KERNELS:
            row = {"kernel": how, "dtype": dtype}
            rows.append(row)
            try:
                encoder = load_encoder(str(folder), device=device, attention=how, dtype=dtype)
            except InputError as refused:
                row["refused"] = str(refused).partition("here: ")[2].partition(". Choose")[0][:90]
                continue
            packed = encoder.encode(texts)
            alone = np.concatenate([encoder.encode([text]) for text in texts[:48]])
            row["cosine_min"] = cosine(packed, reference)
            row["packed_vs_alone"] = float(np.abs(packed[:48] - alone).max())
            row["ops"] = [op[:60] for op in encoder.observed(texts[:64])][:6]
            row["ok"] = row["cosine_min"] >= (COSINE if dtype != "bfloat16" else 0.998)
    return rows


def check_training(folder, texts, device):
    """Gradients of a packed step under autocast, dropout off, against float32 sdpa_math."""
    grads = {}
    row = {}
    for how, dtype in (("sdpa_math", "float32"), ("auto", "auto")):
        encoder = load_encoder(
            str(folder), device=device, attention=how, dtype=dtype, training=True
        )
        encoder.model.eval()
        batch = pack(encoder.tokenize(texts[:64]))
        towards = torch.randn(64, encoder.width, generator=torch.Generator().manual_seed(0))
        towards = towards.to(encoder.device)

        def step(encoder=encoder, batch=batch, towards=towards):
            encoder.model.zero_grad()
            (encoder.pool(batch) * towards).sum().backward()

        ops = observed_kernels(step)
        grads[how] = torch.cat(
            [p.grad.double().flatten() for p in encoder.model.parameters() if p.grad is not None]
        )
        if how == "auto":
            row = {"kernel": encoder.kernel.name, "reason": encoder.kernel.reason,
                   "refused": encoder.kernel.refused, "dtype": name_of(encoder.dtype),
                   "ops": [op[:60] for op in ops][:8]}  # fmt: skip
            encoder.model.train()
            step()
            finite = all(
                torch.isfinite(p.grad).all()
                for p in encoder.model.parameters()
                if p.grad is not None
            )
            row["finite_with_dropout"] = bool(finite)
    row["gradient_cosine"] = float(
        torch.nn.functional.cosine_similarity(grads["auto"], grads["sdpa_math"], dim=0)
    )
    row["ok"] = row["gradient_cosine"] > 0.999 and row["finite_with_dropout"]
    return row


def seconds(run, device, repeats=5):
    """Median seconds after one warm-up."""
    taken = []
    for repeat in range(repeats + 1):
        began = time.perf_counter()
        run()
        if device == "cuda":
            torch.cuda.synchronize()
        if repeat:
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def transformer(folder, device, dtype, attention="sdpa"):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(
        str(folder), device=device, model_kwargs={"attn_implementation": attention, "dtype": dtype}
    )


PEERS = {
    "sentence-transformers default (fp32, batch 32)": ("sdpa", torch.float32, 32),
    "sentence-transformers fp16, batch 256": ("sdpa", torch.float16, 256),
    "sentence-transformers fp16, flash_attention_2, batch 1024": (
        "flash_attention_2", torch.float16, 1024,
    ),
}  # fmt: skip


def routes(folder, device):
    """Name -> (encode, at most how many texts) of the peers and of ours."""
    found = {}
    for name, (attention, dtype, batch) in PEERS.items():
        try:
            peer = transformer(folder, device, dtype, attention)
            peer.encode(["warm"])
        except (ImportError, ValueError, RuntimeError) as error:
            log.warning("%s: %s", name, error)
            continue
        slow = 4096 if batch == 32 else 1 << 30
        found[name] = (lambda some, p=peer, b=batch: p.encode(some, batch_size=b), slow)
    for how in ("auto", "torch_varlen", "sdpa_flash"):
        try:
            encoder = load_encoder(str(folder), device=device, attention=how)
        except InputError as refused:
            log.warning("%s", refused)
            continue
        name = f"Limn, auto = {encoder.kernel.name}" if how == "auto" else f"Limn, {how}"
        found[name] = (encoder.encode, 1 << 30)
        if how == "auto":
            found["Limn, tokens ready"] = (_ready(encoder), 1 << 30)
            found["Limn's tokenizer alone"] = (encoder.tokenize, 1 << 30)
    return found


def _ready(encoder):
    """An encode that keeps the tokens of the list it saw first."""
    kept = {}

    def encode(some):
        if id(some) not in kept:
            kept[id(some)] = encoder.tokenize(some)
        out = np.empty((len(some), encoder.width), np.float32)
        encoder.encode_tokens(kept[id(some)], out=out)
        return out

    return encode


def throughput(folder, kinds, device, rounds):
    """Texts a second of every route, by turns, end to end; medians over the rounds."""
    ways = routes(folder, device)
    found = {}
    for kind, texts in kinds.items():
        some = {name: texts[:most] for name, (_, most) in ways.items()}
        taken = {name: [] for name in ways}
        for turn in range(rounds + 1):
            for name, (encode, _) in ways.items():
                torch.cuda.synchronize()
                began = time.perf_counter()
                encode(some[name])
                torch.cuda.synchronize()
                if turn:
                    taken[name].append(len(some[name]) / (time.perf_counter() - began))
        found[kind] = {name: round(statistics.median(rates)) for name, rates in taken.items()}
        found[kind + " worst and best round"] = {
            name: [round(min(rates)), round(max(rates))]
            for name, rates in taken.items() if name.startswith("Limn")
        }  # fmt: skip
    return found


def every_cosine(folder, kinds, device):
    """Lowest cosine of any text with sentence-transformers' own fp32 vectors."""
    peer = transformer(folder, device, torch.float32)
    encoder = load_encoder(str(folder), device=device)
    rows = []
    for kind, texts in kinds.items():
        least = cosine(encoder.encode(texts), peer.encode(texts, batch_size=256))
        rows.append({"kernel": encoder.kernel.name, "dtype": name_of(encoder.dtype), "kind": kind,
                     "texts": len(texts), "cosine_min": least, "ok": least >= COSINE})  # fmt: skip
    return rows


def flat(folder, texts, device, blocks):
    """Peak memory of the process and of the GPU after a tenth of the blocks, and after them all."""
    import resource

    encoder = load_encoder(str(folder), device=device)
    vectors = np.lib.format.open_memmap(
        "vectors.npy", mode="w+", dtype=np.float32, shape=(blocks * len(texts), encoder.width)
    )
    torch.cuda.reset_peak_memory_stats()
    found = {"texts": len(vectors)}
    place, began = 0, time.perf_counter()
    for n, out in enumerate(encoder.encode_blocks(encoder.tokenize(texts) for _ in range(blocks))):
        vectors[place : place + len(out)] = out
        place += len(out)
        if n + 1 in (blocks // 10, blocks):
            found[f"after {place:,} texts"] = {
                # the pages of the memory map count as the process's own until they are written
                "process_anonymous_mib": _anonymous_mib(),
                "process_peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "gpu_peak_mib": torch.cuda.max_memory_allocated() >> 20,
            }
    found["docs_per_second"] = round(place / (time.perf_counter() - began))
    Path("vectors.npy").unlink()
    return found


def _anonymous_mib():
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--abstracts", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="steps to take, as kernels,docs_per_second")
    args = parser.parse_args()
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    import sentence_transformers
    import transformers

    device = args.device
    kinds = {"news": read("news"), "abstracts": read("abstracts", args.abstracts)}
    report = {
        "device": torch.cuda.get_device_name() if device == "cuda" else platform.processor(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "sentence_transformers": sentence_transformers.__version__,
        "texts": {kind: len(texts) for kind, texts in kinds.items()},
    }
    print(json.dumps(report), flush=True)
    sample = kinds["news"][:512]
    steps = {
        "kernels": lambda: summary(agree(device)),
        "vectors": lambda: check_vectors(
            args.encoder, sample, device,
            transformer(args.encoder, device, torch.float32).encode(sample),
        ),
        "training": lambda: check_training(args.encoder, sample, device),
        "every_cosine": lambda: every_cosine(args.encoder, kinds, device),
        "docs_per_second": lambda: throughput(args.encoder, kinds, device, args.rounds),
        "memory": lambda: flat(args.encoder, kinds["news"], device, 75),
    }  # fmt: skip
    failed = []
    for step, run in steps.items():
        if args.only and step not in args.only.split(","):
            continue
        began = time.perf_counter()
        try:
            report[step] = run()
        except Exception as error:  # one step must not cost the time of the others
            log.exception("%s", step)
            report[step] = {"failed": f"{type(error).__name__}: {error}"[:300]}
            failed.append(step)
        print(f"\n## {step}, {time.perf_counter() - began:.1f} s", flush=True)
        shown = report[step]
        for row in shown if isinstance(shown, list) else [shown]:
            print("  ", json.dumps(row), flush=True)
            if isinstance(row, dict) and row.get("ok") is False:
                failed.append(f"{step}: {row.get('kernel')} {row.get('dtype')}")
    table(report.get("docs_per_second", {}))
    report["failed"] = failed
    print(json.dumps(report))
    return 1 if failed else 0


def table(found):
    for kind in ("news", "abstracts"):
        rates = found.get(kind)
        if not rates:
            continue
        default, *_, best = (rate for name, rate in rates.items() if name in PEERS)
        print(f"\n| {kind} | docs/s | times the default | times its best |\n|---|---|---|---|")
        for name, rate in rates.items():
            print(f"| {name} | {rate:,} | {rate / default:.1f} | {rate / best:.1f} |")


if __name__ == "__main__":
    sys.exit(main())
