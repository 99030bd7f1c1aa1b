"""Write the golden numbers anew: `python -m tests.golden.rewrite`, after a change of the model that is meant."""

import json

import numpy as np

from tests.golden.worlds import CASES, FILE, NAMES, platform_name, summary_of

SEEDS = (1, 2, 3, 4, 5)


def main() -> None:
    """Run each case under several seeds; keep the first seed's numbers and the spread over seeds."""
    cases = {}
    for case, overrides in CASES.items():
        runs = [summary_of((*overrides, f"seed={seed}")) for seed in SEEDS]
        spread = {name: float(np.nanstd([run[name] for run in runs], ddof=1)) for name in NAMES}
        cases[case] = {"values": {name: runs[0][name] for name in NAMES}, "spread": spread}
    FILE.write_text(json.dumps({"platform": platform_name(), "cases": cases}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
