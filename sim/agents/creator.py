"""Creators: hosts and video makers who carry other people's goods for a commission."""

from sim.agents.base import RowAgent
from sim.agents.user import DIM
from sim.population import Column

RESERVE, ACTIVE, DORMANT = 0, 1, 2
TAIL, WAIST, HEAD = 0, 1, 2
OFFERS = 8  # goods a presenter carries; a room shows them all
CARDS = 6  # of them, how many it may publish as videos in a day

COLUMNS = (
    Column("key", "u4", unit="–", doc="word 0 of every draw of this creator"),
    Column("state", "u1", unit="0|1|2", doc="reserve, active, dormant"),
    Column("tier", "u1", unit="0|1|2", doc="tail, waist, head; by rank of trailing sales, never by count"),
    Column("mcn", "u1", unit="0|1", doc="under contract with an MCN"),
    Column("live", "u1", unit="0|1", doc="opens a room today"),
    Column("start", "i2", unit="minute", doc="minute of the day the room opens"),
    Column("minutes", "i2", unit="minute", doc="how long the room stays open"),
    Column("spell", "i2", unit="count", doc="number of the current or last career"),
    Column("started", "i4", unit="day", doc="absolute day this career began"),
    Column("position", "f4", (DIM,), "unit vector", "where the creator's content lies in taste space"),
    Column("learned", "f4", (DIM,), "–", "what the recommender believes about this presenter"),
    Column("seen", "f4", unit="impressions", doc="impressions behind `learned`"),
    Column("talent", "f4", unit="0–1", doc="hosting skill born with"),
    Column("hours", "f4", unit="hours", doc="hours hosted so far; skill grows with them"),
    Column("hours_day", "f4", unit="hours", doc="length of a room"),
    Column("frequency", "f4", unit="prob", doc="probability of going live on a day"),
    Column("style", "f4", unit="logit", doc="attractiveness of the present content style"),
    Column("hype", "f4", unit="sd", doc="how far the host overstates quality"),
    Column("trust", "f4", unit="sd", doc="public trust, EWMA of buyers' satisfaction"),
    Column("followers", "i4", unit="users", doc="users who follow"),
    Column("income", "f4", unit="yuan/hour", doc="EWMA of income per hour live"),
    Column("wage", "f4", unit="yuan/hour", doc="reservation wage"),
    Column("below", "i2", unit="sessions", doc="sessions in a row with income below the reservation wage"),
    Column("sales", "f4", unit="yuan/day", doc="28-day EWMA of GMV presented"),
    Column("earned", "i8", unit="fen", doc="commission, slot fees and gifts received since the last room"),
    Column("gmv_today", "i8", unit="fen", doc="value of today's orders presented"),
    Column("room_share", "f4", unit="rooms", doc="rooms of a full-size world that one of its rooms stands for"),
    Column("style_kept", "f4", unit="logit", doc="style to return to when the one on trial sells less"),
    Column("sales_before", "f4", unit="yuan/day", doc="sales when the trial began"),
    Column("trial", "i1", unit="weeks", doc="weeks left of a trial of another style; 0 is none"),
    Column("packet", "f4", unit="yuan", doc="red packet that the host sets up for everybody who enters its room"),
    Column("per_entry", "f4", unit="yuan", doc="EWMA of what an entry into its room earned, before red packets"),
    Column("entries", "i4", unit="entries", doc="entries into today's room"),
    Column("offers", "i4", (OFFERS,), "product", "goods carried this week; -1 is empty"),
)


class Creator(RowAgent):
    """A creator; a view on one row of the creators' array."""

    kind = "creators"
