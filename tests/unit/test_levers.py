"""Levers: the algebra by which policies compose."""

from itertools import permutations

import numpy as np
import pytest

from sim.levers import ADD, LARGEST, LEVERS, MULTIPLY, _combine, fold, neutral

MOVES = ({"explore": 1.0, "creator_live": 1.5}, {"creator_live": 0.5, "divert_shop": 0.25}, {"explore": 2.0})


def test_no_policy_leaves_the_levers_neutral():
    """Folding nothing, or moves to the neutral elements, gives the neutral record to the bit."""
    still = {lever.name: lever.neutral for lever in LEVERS}
    assert fold([]).tobytes() == neutral().tobytes()
    assert fold([still, {}, still]).tobytes() == neutral().tobytes()


def test_each_lever_folds_by_its_own_algebra():
    """Sums add, factors multiply, and untouched levers stay neutral."""
    record = fold(MOVES)
    assert record["explore"][0] == 3.0
    assert record["creator_live"][0] == 0.75
    assert record["divert_shop"][0] == 0.25
    moved = {name for move in MOVES for name in move}
    assert all(record[lever.name][0] == lever.neutral for lever in LEVERS if lever.name not in moved)


@pytest.mark.parametrize("algebra", [ADD, MULTIPLY, LARGEST])
def test_algebras_are_commutative_with_a_neutral_element(algebra):
    """Two values fold alike in either order; neutral folded with a value is that value."""
    start = {ADD: 0.0, MULTIPLY: 1.0, LARGEST: 0.0}[algebra]
    rng = np.random.default_rng(1)
    for a, b in rng.random((200, 2)) * 3:
        assert _combine(algebra, a, b) == _combine(algebra, b, a)
        assert _combine(algebra, start, a) == a


def test_three_rates_depend_on_order_in_the_last_bit():
    """Why levers fold in sorted instance name: float sums and products of three depend on their order."""
    rates = [{"explore": 0.1}, {"explore": 0.2}, {"explore": 0.3}]
    found = {float(fold(order)["explore"][0]) for order in permutations(rates)}
    assert len(found) == 2


def test_unknown_lever_is_an_error():
    """A policy cannot move what does not exist."""
    with pytest.raises(KeyError):
        fold([{"gmv": 1.0}])
