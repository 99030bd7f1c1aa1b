"""The platform: one agent that holds purses and acts only through policies."""

from sim.agents.base import RowAgent
from sim.population import Column

COLUMNS = (
    Column("key", "u4", unit="–", doc="word 0 of its draws"),
    Column("reach_hazard", "f8", unit="1/day", doc="hazard at which an outside person arrives unasked"),
    Column("shopping_share", "f8", unit="share", doc="shoppers among arrivals, which keeps their stock stationary"),
    Column("rooms_open", "i8", unit="rooms", doc="live rooms open today"),
)


class Platform(RowAgent):
    """The platform operator; the single row of its array."""

    kind = "platform"
