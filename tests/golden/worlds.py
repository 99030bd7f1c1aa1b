"""The three worlds whose numbers are recorded."""

import platform
from collections.abc import Iterable
from pathlib import Path

import llvmlite.binding
import numba
import numpy as np

from sim.compose import configure
from sim.files import columns_of
from sim.model import InterestCommerceModel
from sim.summary import summarise

FILE = Path(__file__).with_name("golden.json")
COMMON = ("progress=false", "check=true", "threads=1", "burn_in=0")
CASES = {
    "toy": ("population=toy", "horizon=40"),
    "toy_content_subsidy": ("population=toy", "horizon=40", "era=content", "policy=[subsidy]"),
    "classroom": ("population=classroom", "horizon=20"),
}
NAMES = ("gmv_gross", "gmv_net", "orders", "dau", "nps_latent", "stars", "return_rate", "late_rate", "take_revenue",
         "subsidy_total", "rooms_open", "mean_interest_served", "gini_products", "merchants_alive", "creators_alive")


def platform_name() -> str:
    """What bits may depend on: processor, operating system, compiler and array library."""
    cpu = llvmlite.binding.get_host_cpu_name()
    return f"{platform.system()} {platform.machine()} {cpu} numba {numba.__version__} numpy {np.__version__}"


def summary_of(overrides: Iterable[str]) -> dict[str, float]:
    """The summary numbers of one world."""
    model = InterestCommerceModel(configure(*COMMON, *overrides))
    rows = []
    for day in range(model.cfg.horizon):
        model.step()
        rows.append({"day": day} | model.metrics)
    return summarise(columns_of(rows))
