"""Phase: the day's books close and its metrics are taken (platform)."""

import numpy as np

from sim.books import note_orders, profits
from sim.ledger import Flow
from sim.metrics import day_row
from sim.phases.policies import note_budgets
from sim.tally import Count
from sim.world import SERIES, World


def run(world: World) -> None:
    """Close the ledger's day, extend the series that later days look back on, and write the metrics row."""
    note_orders(world)
    note_budgets(world)
    close_books(world)
    note_history(world)
    world.metrics = day_row(world)


def close_books(world: World) -> None:
    """The day's flows and gains by party; capital that owners put in or take out is no gain."""
    ledger = world.ledger
    before = world.history["balances"]
    now = (ledger.merchant_balances.sum(), ledger.creator_balances.sum())
    gains, held = world.history["creator_gains"], world.history["creator_balances"]
    gains[:] = ledger.creator_balances - held
    held[:] = ledger.creator_balances
    made = profits(world)
    world.history["merchant_gains"][:] = made - world.history["merchant_profits"]
    world.history["merchant_profits"][:] = made
    books = ledger.close_day()
    capital = books[Flow.CAPITAL_IN.name.lower()] - books[Flow.CAPITAL_OUT.name.lower()]
    books["gain_merchants"] = int(now[0] - before[0]) - capital
    books["gain_creators"] = int(now[1] - before[1])
    before[:] = now
    world.day.flows = books


def note_history(world: World) -> None:
    """Arrivals begin their spell tomorrow; first orders count on their day."""
    day, history = world.today, world.history
    for name in SERIES:
        history[name] = long_enough(history[name], day + 2)
    history["arrivals"][day + 1] = world.tally[Count.ARRIVALS]
    history["arrivals_new"][day + 1] = world.tally[Count.ARRIVALS_NEW]
    history["first_orders"][day] = int((world.day.orders["nth"] == 1).sum())


def long_enough(series: np.ndarray, days: int) -> np.ndarray:
    """A daily series with room for so many days; it doubles when a run goes on past its horizon."""
    return series if len(series) >= days else np.concatenate([series, np.zeros(max(days, len(series)), series.dtype)])
