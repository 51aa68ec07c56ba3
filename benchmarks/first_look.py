"""A first look at many documents: from a file to topics and their map, nothing in the cache.

    python benchmarks/first_look.py papers.json.gz --preset papers

Runs `python -m engine data add` and `python -m engine topics --encoder draft` as a person would, in
a cache of its own. Seconds by the clock and of the processors, and peak memory, for each and for
the stages within; load is how many processes wanted a processor before and after. Making the draft
encoder counts: it is made once on a machine. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def watched(words, env):
    """The command's JSON line, and what it cost."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", *words],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(words)} failed: {out.decode()}")
    cost = {
        "seconds": round(time.perf_counter() - began, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
    }
    return json.loads(out.splitlines()[-1]), cost


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--preset", default="auto")
    parser.add_argument("--limit", type=int, default=0)
    args = parser.parse_args()
    from engine.store import Store

    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as cache:
        env = {**os.environ, "LIMN_CACHE": cache}
        more = [f"--limit={args.limit}"] if args.limit else []
        file = str(Path(args.file).resolve())
        data, added = watched(
            ["data", "add", file, f"--preset={args.preset}", "--name=first", *more], env
        )
        found, made = watched(["topics", "first", "--encoder=draft", "--name=look"], env)
        stages = {
            f"{a.manifest.stage}{' ' + str(a.facts['dims']) if 'dims' in a.facts else ''}":
            a.manifest.seconds
            for kind in ("draft", "vectors", "neighbors", "projection", "words")
            for a in Store(Path(cache)).artifacts(kind)
        }  # fmt: skip
    report = {
        "documents": data["rows"],
        "topics": found["n_topics"],
        "data add": added,
        "topics, with the draft encoder": made,
        "seconds": round(added["seconds"] + made["seconds"], 1),
        "processor_seconds": round(added["processor_seconds"] + made["processor_seconds"], 1),
        "stages": stages,
        "load": [round(before, 1), round(os.getloadavg()[0], 1)],
        "processors": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
