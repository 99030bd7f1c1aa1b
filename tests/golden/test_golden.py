"""The recorded numbers of three small worlds: to the bit where they were recorded, within chance elsewhere.

`python -m tests.golden.rewrite` writes them anew, on purpose only. On another platform a number may differ by three
standard deviations over seeds (false-alarm rate about 1 in 370 a number if nothing but luck differs).
"""

import json
import math

import pytest

from tests.golden.worlds import CASES, FILE, NAMES, platform_name, summary_of

RECORDED = json.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_numbers_stand(case):
    """Each summary number of the case is the recorded one."""
    found, golden = summary_of(CASES[case]), RECORDED["cases"][case]
    if RECORDED["platform"] == platform_name():
        assert {name: found[name] for name in NAMES} == pytest.approx(golden["values"], rel=0, abs=0, nan_ok=True)
        return
    for name in NAMES:
        value, spread = golden["values"][name], golden["spread"][name]
        assert math.isnan(value) or abs(found[name] - value) <= 3.0 * spread + 1e-9, name
