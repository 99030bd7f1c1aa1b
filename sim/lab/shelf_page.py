"""The policy shelf as text: all policies in groups, or one of them whole; the same as a page of the documentation."""
from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import MISSING
from functools import cache
from pathlib import Path

from sim.compose import configure, members
from sim.listing import rows, table, value
from sim.policies import build_policy
from sim.policies.base import GROUPS, Policy
from sim.schema import ConfigError, declared, listed, near

FRAME = tuple(declared(Policy))
HEAD = ("knob", "value", "unit", "range", "grade", "source")
ENGLISH = {"excite": "demand that nobody planned", "catch": "demand that looks for goods", "supply": "who sells",
           "govern": "rules and ranking", "grow": "who comes and stays"}


@cache
def shipped(name: str) -> Policy:
    """A policy with the settings of its yaml. Raises ConfigError where there is none."""
    if name not in members("policy"):
        raise ConfigError(name, MISSING, f"no such policy; {near(name, members('policy'))}there are: "
                                         f"{listed(members('policy'))}")
    return build_policy(name, configure(f"policy=[{name}]").policy[name])


def shelf() -> str:
    """One line a policy, in groups."""
    lines = []
    every = {name: shipped(name) for name in members("policy")}
    for group, term in GROUPS.items():
        lines.append(f"{term} {group}: {ENGLISH[group]}")
        own = [(name, policy) for name, policy in every.items() if policy.group == group]
        lines += [table([(f"  {name}", f"{policy.term}: {first_line(policy)}") for name, policy in own]), ""]
    return "\n".join([*lines, "icsim policies NAME shows one whole; docs/policies.md has them all"])


def first_line(policy: Policy) -> str:
    """What a policy does, in a line."""
    return text_of(policy).split("\n")[0]


def text_of(policy: Policy) -> str:
    """The mechanism, as its class tells it."""
    return inspect.cleandoc(type(policy).__doc__ or "")


def page(name: str) -> str:
    """One policy whole: mechanism, what to expect, tensions, null setting, knobs, and what it sets of the frame."""
    policy = shipped(name)
    return "\n".join([
        f"{name} · {policy.term} · {GROUPS[policy.group]} {policy.group}", "", text_of(policy), "",
        f"expect    {policy.expect}", f"tensions  {policy.tensions}", f"nothing   happens at {nothing(policy)}",
        f"segment   {policy.kind or 'none: it reaches all alike'}", "",
        table([HEAD, *own_knobs(policy)]), "", "of the frame that all policies share",
        table([HEAD, *frame_knobs(policy)])])


def nothing(policy: Policy) -> str:
    """The setting at which a policy does nothing."""
    return ", ".join(f"{key}={value(setting)}" for key, setting in policy.null.items()) or "every setting"


def own_knobs(policy: Policy) -> Iterator[tuple[str, ...]]:
    """The rows of a policy's own knobs."""
    return (row for row in rows(policy) if row[0].split(".")[0] not in FRAME)


def frame_knobs(policy: Policy) -> Iterator[tuple[str, ...]]:
    """The rows of what all policies share, with this one's values."""
    return (row for row in rows(policy) if row[0].split(".")[0] in FRAME)


# ---- the page of the documentation -------------------------------------------------------------------------------

def markdown() -> str:
    """docs/policies.md: the frame, segments, timelines, and every policy by group."""
    from sim.segments import HOMES, columns_of

    every = {name: shipped(name) for name in members("policy")}
    parts = [INTRODUCTION, md_table(frame_knobs(every["placebo"])), SEGMENTS]
    parts += [f"- of {kind}: {', '.join(f'`{name}`' for name in shortened(columns_of(kind)))}" for kind in HOMES]
    parts.append(TIMELINES)
    for group, term in GROUPS.items():
        parts.append(f"\n## {term} {group}: {ENGLISH[group]}\n")
        parts += [section(name, policy) for name, policy in every.items() if policy.group == group]
    return "\n".join(parts).rstrip("\n") + "\n"


def shortened(columns: dict[str, bool]) -> list[str]:
    """Column names, one pattern for the twelve of a kind and for all that a good has of its seller."""
    names = [name for name in columns if not name.startswith("seller_")]
    plain = [name for name in names if not name.rpartition("_")[2].isdigit()]
    each = sorted({f"{name.rpartition('_')[0]}_0` … `_11" for name in names if name not in plain})
    return plain + each + (["seller_…"] if len(names) < len(columns) else [])


def section(name: str, policy: Policy) -> str:
    """One policy's part of the page."""
    frame = {row[0]: row[1] for row in frame_knobs(policy)}
    usual = {row[0]: row[1] for row in frame_knobs(shipped("placebo"))}
    differs = ", ".join(f"`{key}: {shown}`" for key, shown in frame.items() if shown != usual[key])
    lines = [f"### `{name}` {policy.term}\n", text_of(policy) + "\n", f"**Expect.** {policy.expect}\n",
             f"**Tensions.** {policy.tensions}\n",
             f"Nothing happens at {nothing(policy)}. Segment: {policy.kind or 'none, it reaches all alike'}."
             + (f" Of the frame: {differs}." if differs else "") + "\n"]
    knobs = list(own_knobs(policy))
    return "\n".join([*lines, md_table(knobs)] if knobs else lines)


def md_table(lines: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Rows as a table in Markdown."""
    cells = [HEAD, tuple("---" for _ in HEAD), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '\\|') for cell in line)} |" for line in cells) + "\n"


def write_page(path: Path) -> None:
    """Write the page, whole or not at all."""
    from sim.files import atomic

    with atomic(path) as draft:
        draft.write_text(markdown(), encoding="utf-8")


INTRODUCTION = """\
# The policy shelf

Generated from the classes in `sim/policies` and the settings in `configs/policy`, by
`icsim policies out=docs/policies.md`.

A policy moves levers and programmes only. What it gives away is paid out of its purse by its funders and stands in
the ledger; traffic that it lends is no money, so its shadow cost, `policy_shadow_<instance>`, is told beside it at
the day's price of advertising. Grades: V published or measured, D derived from a published number, C calibrated to
a pattern, A assumption to be swept, S setting of the run.

## What all policies share

`budget_yuan` is the whole budget until `stop`; with `pacing: even` what is left is spread over the days until then,
without a `stop` over those until the run ends. `budget_yuan_per_1000` bounds each day. Spending never exceeds
either; what is not spent goes back to the platform when the policy ends. In the daily table
`policy_spent_<instance>` is what was granted, `policy_left_<instance>` what is left of the whole,
`policy_refused_<instance>` how many benefits found no money, and `policy_out_<instance>` the day on which the
budget ran out.
"""
SEGMENTS = """\
A **segment** takes those present who lie inside every range and rank and are drawn into the share. A column that
holds a day counts as days ago: `ranges: {tenure: [null, 30]}` are newcomers, `{last_order: [30, null]}` lapsed
buyers, `{generation: [2, 2]}` those born after 1995, `{tier: [0, 0]}` creators of the tail, `{category: [9, 9]}`
booksellers, `{need_2: [1, null]}` users with an open need for food; `ranks: {activity: [0.8, 1]}` the most active
fifth. `share: 0.1` with a `name` draws a tenth, the same people in every policy that uses the name. Columns:
"""
TIMELINES = """
## Timelines

`timeline=FILE.yaml` is a list of steps, part of the world's configuration and key:

```yaml
- {day: 0, instance: coupons, policy: subsidy, set: {depth: 0.2}}
- {day: 14, instance: coupons, set: {depth: 0.1, segment.share: 0.5}}
- {day: 28, instance: coupons, stop: true}
```

`policy` begins a preset under the name of the instance; `set` changes knobs from that day on; `stop: true` makes the
day the first without it. What a purse held and had spent goes on; `budget_yuan` is set aside on the first day only.
"""
