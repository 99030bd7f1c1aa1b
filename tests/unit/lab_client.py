"""A study in a process of its own, for tests that kill it.

`python -m tests.unit.lab_client STORE OUT N HORIZON [backend key=value]` prints the worlds done, skipped and failed;
the study's tables lie in OUT. The exit code is the command line's.
"""
from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from sim import cli
from sim.lab import frames
from sim.lab.backend import Backend
from sim.lab.execute import execute
from sim.lab.store import Store
from sim.schema import build
from tests.unit.lab_items import study


def main(arguments: list[str]) -> int:
    """Carry out the study, write its tables."""
    root, out, n, horizon, *settings = arguments
    backend = build(Backend, {key: yaml.safe_load(value) for key, value in (one.split("=", 1) for one in settings)})
    items, store = study(int(n), ("baseline", "subsidy"), f"horizon={horizon}"), Store(Path(root))
    print("begins", flush=True)
    outcome = execute(items, store, backend, out=Path(out))
    for name, table in (("runs", frames.runs_table), ("daily", frames.daily_table)):
        pq.write_table(table(store, items), Path(out) / f"{name}.parquet")
    print(outcome.done, outcome.skipped, len(outcome.failures), flush=True)
    return cli.FAILED if outcome.failures else cli.DONE


if __name__ == "__main__":
    cli.VERBS["study"] = cli.Verb("", "the study of a test", main)
    sys.exit(cli.main(["study", *sys.argv[1:]]))
