"""Measure what TensorFlow does to gradients, and write ``src/gradfix/flow/ops.json``.

Once in an environment with Keras 3 and once in one with Keras 2, then joined::

    python tools/measure_ops.py measure --out part3.json
    python tools/measure_ops.py measure --out part2.json
    python tools/measure_ops.py merge part3.json part2.json --out src/gradfix/flow/ops.json --docs docs/measured.md

The keys of the table are explained in ``docs/measured.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("measure", help="measure the TensorFlow of this environment")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--only", nargs="*", default=[], help="names of ops; all without it")
    two = commands.add_parser("merge", help="join parts to the table")
    two.add_argument("parts", type=Path, nargs="+")
    two.add_argument("--out", type=Path, required=True)
    two.add_argument("--docs", type=Path, help="the page whose generated part is renewed")
    given = parser.parse_args(arguments)
    if given.command == "measure":
        part = measure(given.only)
        given.out.write_text(json.dumps(part, sort_keys=True, indent=1), encoding="utf-8")
        return 0
    return merge(given.parts, given.out, given.docs)


def measure(only: list[str]) -> dict[str, Any]:
    """Everything there is to know about the versions installed here, as plain data."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    started = time.monotonic()
    import keras
    import numpy as np
    import tensorflow as tf

    from tools.measure import methods, namespaces, survey, twins

    with contextlib.redirect_stdout(sys.stderr):
        result = survey.survey(only)
        proven = {} if only else twins.twins()
        part = {
            "version": namespaces.major(),
            "versions": {
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "numpy": np.__version__,
            },
            "rows": result.rows,
            "aliases": result.aliases,
            "skipped": result.skipped,
            "failed": result.failed,
            "share": round(result.share, 4),
            "numpy": proven,
            "methods": methods.methods(),
            "operators": methods.operators(),
        }
    print(
        f"TensorFlow {tf.__version__}, Keras {keras.__version__}: {len(result.rows)} callables measured, "
        f"{result.share:.1%} of those that take a float tensor; {len(result.failed)} could not be called, "
        f"{len(result.skipped)} take none; {len(proven)} NumPy twins; {time.monotonic() - started:.0f} s"
    )
    return part


def merge(parts: list[Path], out: Path, docs: Path | None) -> int:
    """Join the parts and write the table and the page."""
    from tools.measure import page, table

    loaded = [json.loads(path.read_text(encoding="utf-8")) for path in parts]
    joined = table.merge(loaded)
    out.write_text(table.text(joined), encoding="utf-8")
    if docs is not None:
        docs.write_text(page.renewed(docs.read_text(encoding="utf-8"), joined, loaded), encoding="utf-8")
    print(
        f"{len(joined['ops'])} ops, {len(joined['aliases'])} aliases, {len(joined['numpy'])} twins, {out.stat().st_size} bytes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
