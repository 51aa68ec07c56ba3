"""Attention alone on a GPU, at equal work: our kernels against PyTorch's flash backend and eager.

    python benchmarks/attention_gpu.py

65,536 tokens a batch in bfloat16, 12 heads of 64, one length a batch; forward, and forward with
backward. Every kernel in turn, medians over the rounds, milliseconds by CUDA events. Results are
first compared with the reference in float32. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch  # noqa: E402

from engine.encoder.attention.choice import choose  # noqa: E402
from engine.encoder.attention.kernels import kernel  # noqa: E402
from engine.errors import InputError  # noqa: E402

TOKENS, HEADS, HEAD_DIM = 65_536, 12, 64
TOLERANCE = 2e-2


def milliseconds(run, inner):
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(inner):
        run()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / inner


def runners(length, names, backward):
    """Kernel -> a call of it on tensors of its own, all with the same numbers."""
    torch.manual_seed(length)
    given = [torch.randn(TOKENS, HEADS, HEAD_DIM, device="cuda").bfloat16() for _ in range(4)]
    n = TOKENS // length
    where = {
        "cu_seqlens": torch.arange(n + 1, device="cuda", dtype=torch.int32) * length,
        "max_seqlen": length,
        "runs": ((0, n, length),),
    }

    def call(name):
        q, k, v = (x.detach().clone().requires_grad_(backward) for x in given[:3])

        def run():
            out = kernel(name)(q, k, v, **where)
            if backward:
                torch.autograd.grad(out, (q, k, v), given[3])
            return out

        return run

    return {name: call(name) for name in names}, given, where


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", default="128,512,1024,2048,4096,8192")
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    names = []
    for name in ("sdpa_flash", "flash_attn", "torch_varlen"):
        try:
            choose("cuda", torch.bfloat16, HEAD_DIM, True, name)
            names.append(name)
        except InputError as refused:
            print(refused)
    auto = choose("cuda", torch.bfloat16, HEAD_DIM, False).name
    rows = []
    print(f"| length | pass | {' | '.join([*names, 'eager'])} | auto over sdpa_flash |")
    print("|" + "---|" * (len(names) + 4))
    for length in map(int, args.lengths.split(",")):
        for backward in (False, True):
            with_eager = [*names, "eager"] if length * TOKENS <= 2**27 else names
            calls, given, where = runners(length, with_eager, backward)
            first = slice(0, length)
            one = {**where, "cu_seqlens": where["cu_seqlens"][:2], "runs": ((0, 1, length),)}
            truth = kernel("sdpa_math")(*(x[first].float() for x in given[:3]), **one)
            for name, run in calls.items():
                off = (run()[first].float() - truth).abs().max() / truth.abs().max()
                assert off < TOLERANCE, f"{name} is off by {float(off):.3f} at {length}"
            taken = {name: [] for name in calls}
            inner = 10
            for turn in range(args.rounds + 1):
                for name, run in calls.items():
                    ms = milliseconds(run, 2 if name == "eager" else inner)
                    if turn:
                        taken[name].append(ms)
            row = {name: round(statistics.median(ms), 3) for name, ms in taken.items()}
            ratio = statistics.median(
                ours / peer for ours, peer in zip(taken[auto], taken["sdpa_flash"], strict=True)
            )
            which = "forward and backward" if backward else "forward"
            rows.append({"length": length, "pass": which, "ms": row, "auto_ratio": round(ratio, 3)})
            shown = " | ".join(str(row.get(name, "not run")) for name in [*names, "eager"])
            print(f"| {length} | {which} | {shown} | {ratio:.2f} |", flush=True)
            del calls, given
            torch.cuda.empty_cache()
    report = {
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "auto": auto,
        "rows": rows,
        "worst_ratio_512_to_8192": max(r["auto_ratio"] for r in rows if r["length"] >= 512),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
