"""What a summary number is: its daily column, its unit, whether a ratio of it makes sense."""
from __future__ import annotations

from functools import cache

PARTS = ("_total", "_first", "_last", "_horizon")
UNITS = (  # by how a name begins, where `sim.metrics` has no line of its own
    ("gmv_", "yuan"), ("subsidy_", "yuan"), ("flow_", "yuan"), ("spend", "yuan"), ("orders_per", "orders/user"),
    ("orders_", "orders"), ("visitor_d", "share"), ("p_next_", "share"), ("gini_", "0–1"),
    ("impressions", "impressions"), ("policy_spent_", "yuan"), ("policy_left_", "yuan"), ("policy_shadow_", "yuan"),
    ("policy_refused_", "benefits"), ("policy_impressions_", "impressions"), ("policy_out_", "day"),
)
ENDS = (("_share", "share"), ("_rate", "share"), ("_minutes", "minutes"), ("_income", "yuan"))
ALONE = {"hhi": "0–1", "repurchase_90": "share", "gmv_per_dau": "yuan/user", "passives": "answers",
         "detractors": "answers", "habit": "0–1", "mindshare": "0–1"}
NO_ZERO = {"points", "sd"}  # scales whose zero means nothing: no relative effects


def base_of(metric: str) -> str:
    """The daily column behind a summary number: `gmv_net` of `gmv_net_total`; `subsidy_total` stays itself."""
    for part in PARTS:
        if metric.endswith(part) and metric != "subsidy_total":
            return metric.removesuffix(part)
    return metric


@cache
def unit_of(metric: str) -> str:
    """The unit of a summary number; a flow's mean is told per day."""
    from sim.summary import is_flow

    base = base_of(metric)
    unit = _unit(base)
    return f"{unit}/day" if unit and is_flow(base) and metric != f"{base}_total" else unit


def _unit(base: str) -> str:
    """The unit of a daily column or of a measure of the order log."""
    from sim.metrics import DEFINITIONS

    if base in DEFINITIONS or base in ALONE:
        return DEFINITIONS[base][0] if base in DEFINITIONS else ALONE[base]
    begins = (unit for start, unit in UNITS if base.startswith(start))
    ends = (unit for end, unit in ENDS if base.endswith(end))
    return next(begins, None) or next(ends, "")


def has_ratio(metric: str) -> bool:
    """Whether `x % more` says something of this number."""
    return _unit(base_of(metric)) not in NO_ZERO


VENUES = ("video", "live", "mall", "search", "shop")
MORE_COLUMNS = ("visitors", "adoptions", "invited", "visitor_d7", "visitor_d30", "passives", "detractors", "mindshare",
                "deliveries", "lapsed_budget", "lapsed_stock", "mcn_income", "gini_merchants", "gini_products", "cards",
                "follows", "unfollows")


@cache
def known_metrics() -> frozenset[str]:
    """Every summary number that a world can have, `subsidy_<instance>` apart."""
    from sim.metrics import DEFINITIONS, FUNNEL
    from sim.orderlog import NAMES
    from sim.summary import DERIVED, is_flow

    venues = {f"{name}_{venue}" for name in ("gmv", "orders") for venue in VENUES}
    columns = {name for name in DEFINITIONS if "<" not in name} | venues | {*FUNNEL, *DERIVED, *MORE_COLUMNS}
    parts = {f"{name}{part}" for name in columns for part in ("", "_first", "_last")}
    return frozenset(parts | {f"{name}_total" for name in columns if is_flow(name)} | set(NAMES))
