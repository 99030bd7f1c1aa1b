"""The day in order: what happens on the platform from morning to night, as data. Read this page first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.phases import (
    accounts,
    arrive,
    benefits,
    business,
    careers,
    churn,
    clear,
    crowd,
    enter,
    feed,
    fulfil,
    fund,
    govern,
    learn_items,
    learn_users,
    live,
    log,
    loosen,
    mall,
    measure,
    needs,
    open_shop,
    pay,
    policies,
    publish,
    receive,
    reward,
    search,
    settle,
    shop,
    strike,
    survey,
    talk,
    taste,
    ties,
    traffic,
    watch_live,
)

PLATFORM = "platform"


@dataclass(frozen=True)
class Phase:
    """One part of the day: who acts, what happens, and the work.

    `who` is a population, whose rows `work(tables, low, high)` walks, or the platform, for which `work(world)` acts
    once. An agent phase reads the state as it stood at its start and writes its own rows only.
    """

    name: str
    who: str
    what: str
    work: Callable[..., Any]


PLAN = (
    Phase("policies", PLATFORM, "policies set the day's levers and programmes", policies.run),
    Phase("needs", "users", "needs arise, stocks fade, intent leaks", needs.needs_rows),
    Phase("benefits", PLATFORM, "programmes hand out coupons, boosts, training and cover", benefits.run),
    Phase("strike", PLATFORM, "shocks from outside strike accounts", strike.run),
    Phase("live", "creators", "creators choose offers and whether to go live", live.live_rows),
    Phase("open_shop", "merchants", "stocking up, what to show, own rooms", open_shop.open_shop_rows),
    Phase("publish", PLATFORM, "cards, rooms, lists and the search index of the day", publish.run),
    Phase("arrive", "users", "who opens the app, and how deep the feed gets", arrive.arrive_rows),
    Phase("enter", "users", "rooms entered, by follows and by previews", enter.enter_rows),
    Phase("crowd", PLATFORM, "rooms count their viewers, hosts pitch goods", crowd.run),
    Phase("watch_live", "users", "watching, clicking and buying in rooms", watch_live.watch_live_rows),
    Phase("feed", "users", "videos: watch, long view, click, order, share", feed.feed_rows),
    Phase("traffic", PLATFORM, "from whom boosts took exposure, if recorded", traffic.run),
    Phase("search", "users", "searching for needs and for what was seen", search.search_rows),
    Phase("mall", "users", "visiting the mall", mall.mall_rows),
    Phase("shop", "users", "visiting shops, following diversions", shop.shop_rows),
    Phase("reward", PLATFORM, "who played a game is paid", reward.run),
    Phase("clear", PLATFORM, "purses, stock and capacity are granted", clear.run),
    Phase("fund", PLATFORM, "purses are filled up to what was granted", fund.run),
    Phase("pay", PLATFORM, "orders are paid into escrow", pay.run),
    Phase("fulfil", PLATFORM, "cancellations, parcels, deliveries", fulfil.run),
    Phase("receive", "users", "parcels are judged: satisfaction, stars, returns", receive.receive_rows),
    Phase("settle", PLATFORM, "escrow goes to sellers, hosts or back", settle.run),
    Phase("survey", "users", "opinions, and the survey", survey.survey_rows),
    Phase("talk", "users", "friends' opinions are heard", talk.talk_rows),
    Phase("loosen", "users", "hosts and shops are dropped", loosen.loosen_rows),
    Phase("churn", "users", "dropout, arrival, adoption of shopping", churn.churn_rows),
    Phase("log", PLATFORM, "the day's impressions become one log; ads are counted", log.run),
    Phase("learn_items", PLATFORM, "the recommender learns goods and presenters", learn_items.run),
    Phase("learn_users", "users", "the recommender learns users", learn_users.learn_users_rows),
    Phase("taste", "users", "tastes wander, and follow what was viewed long", taste.taste_rows),
    Phase("accounts", PLATFORM, "costs, wages, ads, stock and capital are paid", accounts.run),
    Phase("careers", "creators", "income against the reservation wage", careers.careers_rows),
    Phase("business", "merchants", "prices, channels, quality, entry and exit", business.business_rows),
    Phase("govern", "merchants", "the experience score", govern.govern_rows),
    Phase("ties", PLATFORM, "follows and unfollows reach the graph", ties.run),
    Phase("measure", PLATFORM, "the books close, the day is measured", measure.run),
)


def plan_table(seconds: dict[str, float] | None = None) -> str:
    """The plan as text, one phase a line; with `seconds` by phase, also the time and share of each."""
    total = sum(seconds.values()) if seconds else 0.0
    lines = []
    for number, phase in enumerate(PLAN, 1):
        took = f"{seconds[phase.name]:9.3f} s {seconds[phase.name] / total:6.1%}  " if seconds and total else ""
        lines.append(f"{number:2d}  {took}{phase.name:<12}{phase.who:<11}{phase.what}")
    return "\n".join(lines)
