"""The money of a day's row: by purse and by party, what policies spent and lent, what firms and creators earned."""
from __future__ import annotations

import math

import numpy as np

from sim.agents.creator import ACTIVE
from sim.inequality import ratio
from sim.tally import Count
from sim.traffic import granted
from sim.world import BUDGET, OUT, World

FEN = 100.0
Row = dict[str, float]


def money(world: World) -> Row:
    """Money by purse and by party."""
    flows = world.day.flows
    ads = flows.get("ad_spend", 0)
    row = {
        "take_revenue": (flows.get("fee", 0) + ads) / FEN, "ad_revenue": ads / FEN,
        "cpm": ad_price(world),
        "subsidy_total": float(world.day.orders["subsidy"].astype(np.int64).sum()) / FEN,
        "contribution": sum(v for k, v in flows.items() if k == "net_platform" or k.startswith("net_purse:")) / FEN,
        "merchant_profit": flows.get("gain_merchants", 0) / FEN, "creator_income": flows.get("gain_creators", 0) / FEN,
        "mcn_income": flows.get("net_mcn", 0) / FEN,
    }
    return row | {f"subsidy_{name}": discounts(world.day.orders, k) / FEN for k, name in enumerate(world.ledger.purses)}


def policies(world: World) -> Row:
    """What each policy instance spent and lent, and what is left of its budget."""
    row: Row = {}
    lent, cpm = granted(world), ad_price(world)
    for k, name in enumerate(world.ledger.purses):
        account, purse = world.policy_state.get(name), world.purses[k]
        limited = world.cfg.policy.get(name, {}).get("budget_yuan") is not None
        left = (int(account[BUDGET]) - int(purse["spent"])) / FEN if account is not None and limited else math.nan
        row |= {f"policy_spent_{name}": int(purse["spent"]) / FEN, f"policy_refused_{name}": int(purse["refused"]),
                f"policy_left_{name}": left,
                f"policy_out_{name}": float(account[OUT]) if account is not None and account[OUT] >= 0 else math.nan,
                f"policy_impressions_{name}": lent.get(name, 0.0),
                f"policy_shadow_{name}": lent[name] * cpm / 1000.0 if name in lent else 0.0}
    return row


def ad_price(world: World) -> float:
    """Yuan that a thousand ad impressions cost today, NaN of none."""
    return 1000.0 * ratio(world.tally[Count.AD_MILLIFEN] / 1000.0 / FEN, int(world.tally[Count.ADS]))


def discounts(orders: np.ndarray, purse: int) -> int:
    """What one policy instance's coupons took off these orders, whoever funds them, fen."""
    return int(orders["cuts"][orders["grants"] == purse].astype(np.int64).sum())


def merchant_profits(world: World) -> Row:
    """What an open firm made today at the till: on average and in the middle; stock bought counts as spent."""
    gains = world.history["merchant_gains"][world.merchants["state"] == ACTIVE]
    return {"merchant_profit_mean": ratio(int(gains.sum()) / FEN, len(gains)), "merchant_profit_median": middle(gains)}


def middle(amounts: np.ndarray) -> float:
    """Median of fen in yuan, NaN of none."""
    return float(np.median(amounts)) / FEN if len(amounts) else math.nan


def creator_incomes(world: World) -> Row:
    """What a creator earns: on average, in the middle, by the hour on air."""
    alive, rooms = world.creators["state"] == ACTIVE, world.day.rooms
    gains = world.history["creator_gains"][alive]
    hours = float(rooms["minutes"][rooms["presenter"] < len(world.creators)].astype(np.int64).sum()) / 60.0
    total = world.day.flows.get("gain_creators", 0) / FEN
    return {"creator_income_mean": ratio(total, int(alive.sum())),
            "creator_income_median": middle(gains),
            "creator_income_per_hour": ratio(total, hours)}
