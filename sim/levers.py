"""Levers: the numbers a policy may move, each with the algebra by which several policies compose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

ADD, MULTIPLY, LARGEST = "add", "multiply", "largest"
NEUTRAL = {ADD: 0.0, MULTIPLY: 1.0, LARGEST: 0.0}


@dataclass(frozen=True)
class Lever:
    """One number that policies may move.

    `algebra` says how values of several policies fold: sums, products or the largest; its neutral element is
    the value without any policy.
    """

    name: str
    algebra: str
    unit: str
    doc: str

    @property
    def neutral(self) -> float:
        """The value without any policy."""
        return NEUTRAL[self.algebra]


LEVERS = (
    Lever("commerce_share", ADD, "share", "added to the commerce share of the feed"),
    Lever("mall_tab", ADD, "logit", "prominence of the mall tab"),
    Lever("divert_shop", ADD, "prob", "diversion of a click without an order to the good's shop"),
    Lever("divert_search", ADD, "prob", "diversion to the category's results page"),
    Lever("divert_mall", ADD, "prob", "diversion to the mall's home page"),
    Lever("divert_match", MULTIPLY, "×", "how well the destination of a diversion fits the interest, in its list"),
    Lever("clarify", ADD, "prob", "an unclear query is asked back (二次确认), at the price of a step"),
    Lever("suggest", ADD, "prob/visit", "a search is suggested (猜你想搜) and taken up"),
    Lever("after_view", MULTIPLY, "×", "searching for what content excited (看后搜)"),
    Lever("matching", MULTIPLY, "×", "goods that creators look at in a week (百应)"),
    Lever("creator_live", MULTIPLY, "×", "frequency of creators' rooms"),
    Lever("fee", ADD, "share", "added to the platform fee"),
    Lever("experience_weight", ADD, "1/point", "added to the weight of the experience score in ranking"),
    Lever("ad_load", MULTIPLY, "×", "share of ads among video slots"),
    Lever("explore", ADD, "share", "added to the exploration share"),
    Lever("outside_price", MULTIPLY, "×", "prices of the same goods elsewhere"),
    Lever("need", MULTIPLY, "×", "rate at which needs arise"),
    Lever("capacity", MULTIPLY, "×", "daily capacity of warehouses"),
    Lever("invite", MULTIPLY, "×", "promoters' pull on outside friends"),
    Lever("label_omega", LARGEST, "share", "least share of trust that the platform earns with a good it chose (严选)"),
    Lever("gmv_weight", ADD, "1/yuan", "added to the weight of expected sales in organic ranking"),
    Lever("audit_bar", LARGEST, "points", "experience score below which audits may find a shop wanting"),
    Lever("audit_loss", ADD, "day/day", "days of sales that a shop below the bar stands to lose each day"),
    Lever("expected_demand", MULTIPLY, "×", "demand that merchants make room for, against their past orders"),
)
DTYPE = np.dtype([(lever.name, "f8") for lever in LEVERS], align=True)


def neutral() -> np.ndarray:
    """The levers without any policy, as the one record that kernels read."""
    record = np.zeros(1, DTYPE)
    for lever in LEVERS:
        record[lever.name] = lever.neutral
    return record


def fold(moves: Iterable[Mapping[str, float]]) -> np.ndarray:
    """Fold the policies' moves, given in sorted instance order, into one record.

    Raises KeyError for a lever that does not exist.
    """
    record = neutral()
    for move in moves:
        for name, value in move.items():
            record[name] = _combine(_ALGEBRA[name], float(record[name][0]), value)
    return record


def _combine(algebra: str, so_far: float, value: float) -> float:
    """Two values under one algebra."""
    if algebra == ADD:
        return so_far + value
    return so_far * value if algebra == MULTIPLY else max(so_far, value)


_ALGEBRA = {lever.name: lever.algebra for lever in LEVERS}
