"""The recommender: one agent that ranks cards, previews rooms and learns from the day's log."""

from sim.agents.base import RowAgent
from sim.population import Column

COLUMNS = (
    Column("key", "u4", unit="–", doc="word 0 of its draws"),
    Column("weight_engage", "f8", unit="–", doc="w_e, weight of expected engagement in ranking"),
    Column("weight_gmv", "f8", unit="1/yuan", doc="w_g, weight of expected GMV in ranking"),
    Column("weight_experience", "f8", unit="1/point", doc="w_x, weight of the experience score in ranking"),
    Column("bias", "f8", unit="logit", doc="learned base rate of watching"),
    Column("room_bias", "f8", unit="logit", doc="learned correction to the base rate of entering a room"),
    Column("click_bias", "f8", unit="logit", doc="learned base rate of clicking the product of a watched video"),
    Column("order_bias", "f8", unit="logit", doc="learned base rate of ordering, and keeping, what was clicked"),
    Column("click_rate", "f8", unit="prob", doc="learned clicks per watch"),
    Column("order_rate", "f8", unit="prob", doc="learned orders per product click"),
)


class Recommender(RowAgent):
    """The platform's recommender; the single row of its array."""

    kind = "recommender"
