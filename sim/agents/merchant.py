"""Merchants and their goods: who makes, prices, ships and answers for what is sold."""

from sim.agents.base import RowAgent
from sim.agents.creator import OFFERS
from sim.agents.user import DIM
from sim.population import Column

CHANNELS = 5  # F own rooms, A creators' alliance, C campaigns, T top hosts, S search and mall
TRAFFIC, PROFIT, REPURCHASE = 0, 1, 2  # 引流, 利润, 复购
ON, OPENED, CLOSED = 0, 1, 2  # what `turn` says of the day

COLUMNS = (
    Column("key", "u4", unit="–", doc="word 0 of every draw of this merchant"),
    Column("state", "u1", unit="0|1", doc="reserve, active"),
    Column("category", "u1", unit="0–11", doc="main category"),
    Column("live", "u1", unit="0|1", doc="opens an own room today"),
    Column("insured", "u1", unit="0|1", doc="freight insurance on all goods"),
    Column("domestic", "u1", unit="0|1", doc="sells a domestic brand (国货)"),
    Column("start", "i2", unit="minute", doc="minute of the day the room opens"),
    Column("minutes", "i2", unit="minute", doc="how long the room stays open"),
    Column("spell", "i2", unit="count", doc="number of the current or last firm on this row"),
    Column("started", "i4", unit="day", doc="absolute day this firm began"),
    Column("first", "i4", unit="product", doc="row of its first product"),
    Column("count", "i4", unit="products", doc="number of products"),
    Column("position", "f4", (DIM,), "unit vector", "centre of the product line in taste space"),
    Column("learned", "f4", (DIM,), "–", "what the recommender believes about this account"),
    Column("seen", "f4", unit="impressions", doc="impressions behind `learned`"),
    Column("service", "f4", unit="0–1", doc="s, quality of after-sales service"),
    Column("talent", "f4", unit="0–1", doc="hosting skill of the own room"),
    Column("hours", "f4", unit="hours", doc="hours of own rooms so far; skill grows with them"),
    Column("hours_day", "f4", unit="hours", doc="length of an own room"),
    Column("frequency", "f4", unit="prob", doc="probability of an own room on a day"),
    Column("commission", "f4", unit="share", doc="CPS offered to creators"),
    Column("trust", "f4", unit="sd", doc="public trust, EWMA of buyers' satisfaction"),
    Column("followers", "i4", unit="users", doc="users who follow the shop"),
    Column("capacity", "f4", unit="orders/day", doc="orders that leave the warehouse on time"),
    Column("orders_mean", "f4", unit="orders/day", doc="trailing orders a day"),
    Column("sales", "f4", unit="yuan/day", doc="90-day EWMA of daily GMV"),
    Column("profit", "f4", unit="yuan/day", doc="180-day EWMA of daily profit"),
    Column("bid", "f4", unit="fen", doc="ad bid per expected order"),
    Column("ad_left", "i8", unit="milli-fen", doc="fraction of a fen of advertising not yet charged"),
    Column("budget", "f4", (CHANNELS,), "share", "split of effort over F, A, C, T, S"),
    Column("channel_return", "f4", (CHANNELS,), "yuan/yuan", "attributed return by channel, 28-day EWMA"),
    Column("channel_sales", "i8", (CHANNELS,), "fen", "attributed sales by channel since the last decision"),
    Column("channel_cost", "i8", (CHANNELS,), "fen", "cost by channel since the last decision"),
    Column("price_step", "i1", unit="-1|0|1", doc="direction of the last price move"),
    Column("week_margin", "i8", unit="fen", doc="expected contribution of the orders since the last price move"),
    Column("margin_before", "i8", unit="fen", doc="the same of the week before"),
    Column("score", "f4", unit="1–5", doc="experience score (体验分)"),
    Column("goods_sum", "f4", unit="stars", doc="30-day EWMA sum of stars"),
    Column("goods_count", "f4", unit="reviews", doc="30-day EWMA count of stars"),
    Column("content_bad", "f4", unit="events", doc="30-day EWMA of quality returns"),
    Column("service_bad", "f4", unit="events", doc="30-day EWMA of late parcels and complaints"),
    Column("shipped", "f4", unit="orders", doc="30-day EWMA of orders delivered"),
    Column("offers", "i4", (OFFERS,), "product", "goods shown by its own account; -1 is empty"),
    Column("score_mean", "f4", unit="1–5", doc="mean score of the category's orders, to which the own is shrunk"),
    Column("turn", "u1", unit="0|1|2", doc="what happened to the firm today: it went on, opened, closed"),
    Column("orders_today", "i4", unit="orders", doc="orders paid today"),
    Column("gmv_today", "i8", unit="fen", doc="value of today's orders, user + purses"),
    Column("cash", "i8", unit="fen", doc="its account in the ledger at the end of yesterday"),
    Column("stock_value", "i8", unit="fen", doc="its stock at cost at the end of yesterday"),
    Column("invested", "i8", unit="fen", doc="spent today on service and quality"),
    Column("receivable", "i8", unit="fen", doc="what its open orders are expected to bring"),
    Column("worth", "i8", unit="fen", doc="net worth: cash, receivable, stock at salvage value"),
    Column("ads", "f4", unit="yuan/day", doc="14-day EWMA of advertising charged"),
    Column("scale", "f4", unit="firms", doc="firms of a full-size world it stands for: 1 over thickness"),
    Column("room_share", "f4", unit="rooms", doc="rooms of a full-size world that one of its rooms stands for"),
)

PRODUCT_COLUMNS = (
    Column("key", "u4", unit="–", doc="thing key of every draw about this product"),
    Column("merchant", "i4", unit="row", doc="who sells it"),
    Column("category", "u1", unit="0–11", doc="category"),
    Column("role", "u1", unit="0|1|2", doc="traffic, profit or repurchase goods (引流/利润/复购)"),
    Column("domestic", "u1", unit="0|1", doc="of a domestic brand, as its merchant is"),
    Column("on_sale", "u1", unit="0|1", doc="can be bought today"),
    Column("labels", "u4", unit="bits", doc="labels put on by programmes"),
    Column("list_price", "i4", unit="fen", doc="list price"),
    Column("price", "i4", unit="fen", doc="shelf price today"),
    Column("outside_price", "i4", unit="fen", doc="price of the same good elsewhere"),
    Column("unit_cost", "i4", unit="fen", doc="cost of goods"),
    Column("stock", "i4", unit="units", doc="units at hand"),
    Column("restock", "i4", unit="units", doc="units ordered from suppliers this morning, at hand tomorrow"),
    Column("position", "f4", (DIM,), "unit vector", "where it lies in taste space"),
    Column("learned", "f4", (DIM,), "–", "what the recommender believes about it"),
    Column("seen", "f4", unit="impressions", doc="impressions behind `learned`"),
    Column("quality", "f4", unit="sd", doc="q, true quality"),
    Column("appeal", "f4", unit="logit", doc="what makes everybody like it, watched or bought"),
    Column("star_sum", "i8", unit="fixed", doc="sum of quality signals in reviews, fixed point"),
    Column("star_count", "i8", unit="reviews", doc="reviews so far"),
    Column("reputation", "f4", unit="sd", doc="E[q] read from reviews, shrunk to the mean"),
    Column("clicks", "f4", unit="clicks/day", doc="28-day EWMA of product clicks"),
    Column("sold", "f4", unit="orders/day", doc="28-day EWMA of orders"),
    Column("impressions", "i8", unit="impressions", doc="impressions so far; under 500 it is explored"),
)


class Merchant(RowAgent):
    """A merchant; a view on one row of the merchants' array."""

    kind = "merchants"


class Product(RowAgent):
    """A good on sale; a view on one row of the products' array. It decides nothing."""

    kind = "products"
