"""On a CUDA machine: do the kernels agree, does packed equal one by one, how many texts a second.

Needs torch, transformers, sentence-transformers, numpy; flash-attn is used where it is importable.
The last line printed is one JSON object. --bundle makes a folder small enough to carry: the default
encoder with float16 weights, and news texts.

    python benchmarks/encoder_gpu.py --bundle bundle --data ../shared/data      # anywhere
    PYTHONPATH=bundle python benchmarks/encoder_gpu.py \
        --encoder bundle/encoder --texts bundle/texts.csv                       # on the GPU

What is measured is from a list of texts to float32 vectors in memory, in one process, medians.
"""

from __future__ import annotations

import argparse
import csv
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

from engine.encoder.attention import KERNELS, choose, kernel  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402
from engine.encoder.observe import observed_kernels  # noqa: E402
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


def throughput(folder, texts, device, slow_texts):
    """Texts a second, end to end, against sentence-transformers' default and its best."""
    found = {}
    some = texts[:slow_texts]
    peer = transformer(folder, device, torch.float32)
    peer_s = seconds(lambda: peer.encode(some, batch_size=32), device, 3)
    found["sentence-transformers default, fp32, batch 32"] = len(some) / peer_s
    del peer
    if device == "cuda":
        for attention in ("flash_attention_2", "sdpa"):
            try:
                peer = transformer(folder, device, torch.float16, attention)
                peer_s = seconds(lambda peer=peer: peer.encode(texts, batch_size=1024), device, 3)
            except (ImportError, ValueError, RuntimeError) as error:
                log.warning("sentence-transformers with %s: %s", attention, error)
                continue
            found[f"sentence-transformers fp16, {attention}, batch 1024"] = len(texts) / peer_s
            break
    for how in ("auto", "flash_attn", "torch_varlen", "sdpa_flash"):
        try:
            encoder = load_encoder(str(folder), device=device, attention=how)
        except InputError as refused:
            log.warning("%s", refused)
            continue
        ours_s = seconds(lambda encoder=encoder: encoder.encode(texts), device)
        label = f"ours, {how}" + (f" = {encoder.kernel.name}" if how == "auto" else "")
        found[label] = len(texts) / ours_s
        if how == "auto":
            tokens = encoder.tokenize(texts)
            out = np.empty((len(texts), encoder.width), np.float32)
            ready_s = seconds(lambda e=encoder, t=tokens, o=out: e.encode_tokens(t, out=o), device)
            found["ours, tokens ready"] = len(texts) / ready_s
            alone_s = seconds(lambda encoder=encoder: encoder.tokenize(texts), device)
            found["tokenizer alone"] = len(texts) / alone_s
    return {label: round(rate, 1) for label, rate in found.items()}


def read_texts(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        columns = next(rows)
        place = columns.index("text") if "text" in columns else len(columns) - 1
        return [row[place] for row in rows if len(row) > place]


def bundle(folder, data):
    """The default encoder with float16 weights, and the news texts, in `folder`."""
    import shutil

    from safetensors.torch import load_file, save_file

    from engine.encoder.find import find_folder

    source = find_folder("minilm")
    shutil.copytree(source, folder / "encoder", dirs_exist_ok=True)
    weights = folder / "encoder" / "model.safetensors"
    weights.unlink()
    tensors = load_file(source / "model.safetensors")
    half = {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
    save_file(half, weights, metadata={"format": "pt"})
    with (data / "ag_news" / "train.csv").open(encoding="utf-8", newline="") as file:
        news = [f"{row['Title']}. {row['Description']}" for row in csv.DictReader(file)]
    with (data / "ag_news" / "train_merged_text.csv").open(encoding="utf-8", newline="") as file:
        news += [row["text"] for row in csv.DictReader(file)]
    with (folder / "texts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *([text] for text in news)])
    print(json.dumps({"folder": str(folder), "texts": len(news)}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--limit", type=int, default=0, help="texts to use, 0 for all")
    parser.add_argument("--slow-texts", type=int, default=4096, help="texts for the slowest peer")
    parser.add_argument("--bundle", type=Path, help="make a folder to carry, then stop")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    if args.bundle:
        bundle(args.bundle, args.data)
        return 0
    import sentence_transformers
    import transformers

    device = args.device
    texts = read_texts(args.texts)[: args.limit or None]
    report = {
        "device": torch.cuda.get_device_name() if device == "cuda" else platform.processor(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "sentence_transformers": sentence_transformers.__version__,
        "texts": len(texts),
    }
    print(json.dumps(report), flush=True)
    sample = texts[:512]
    steps = {
        "kernels": lambda: summary(agree(device)),
        "vectors": lambda: check_vectors(
            args.encoder, sample, device,
            transformer(args.encoder, device, torch.float32).encode(sample),
        ),
        "training": lambda: check_training(args.encoder, texts, device),
        "docs_per_second": lambda: throughput(args.encoder, texts, device, args.slow_texts),
    }  # fmt: skip
    failed = []
    for step, run in steps.items():
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
    rates = report["docs_per_second"]
    ours = next((rate for label, rate in rates.items() if label.startswith("ours, auto")), None)
    peers = [rate for label, rate in rates.items() if label.startswith("sentence-transformers")]
    if ours and peers:
        report["times_default"] = round(ours / peers[0], 2)
        report["times_best"] = round(ours / max(peers), 2)
        print("\n| route | docs/s | times the default |\n|---|---|---|")
        for label, rate in rates.items():
            print(f"| {label} | {rate:,.0f} | {rate / peers[0]:.2f} |")
    report["failed"] = failed
    print(json.dumps(report))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
