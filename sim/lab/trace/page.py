"""The trace as a page of 120 columns, for a terminal or a slide, in English or Chinese."""
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.agents.user import BUYER
from sim.lab.trace.records import Choice, Facts, Impression, Option, Room, Shelf, Trace
from sim.lab.trace.say import SMALLEST, Say, short_of, steps_of, yuan
from sim.listing import padded_to, table
from sim.rules.choose import BROWSE, EXCITED, NEED
from sim.tables import CLICK, LAPSED_BUDGET, LONG, WATCH

WIDTH, INDENT = 120, 10
LIKELY = 0.01  # visits less likely than this are shown only when they happen
MOODS = {1: "promoter", 0: "passive", -1: "detractor"}
ORIGINS = {NEED: "out_of_a_need", EXCITED: "excited", BROWSE: "browsing"}
OUTCOMES = ("failed", "defect", "complained")
DEEDS = ((WATCH, "watched"), (LONG, "long"), (CLICK, "clicked"))
STOCKS = ("satisfaction", "habit", "mindshare", "host_trust", "platform_trust")
HEADS = ("slot", "kind", "good", "category", "price", "by", "match", "expects", "m", "p_watch", "did")


def page(trace: Trace, creators: int, lang: str = "en") -> str:
    """One user's day; `creators` tells creators' accounts from shops'."""
    say, told = Say(lang), Told()
    lines = [_title(trace, say)]
    parts = {"SHORT": _short(trace, say), "MORNING": _morning(trace, say, told),
             "OPENING": _opening(trace.arrival, say, told), "FEED": _feed(trace.feed, creators, say),
             "ROOMS": _rooms(trace.rooms, creators, say), "SHELF": _shelf(trace, say),
             "CHOICES": _choices(trace.choices, say, told), "ORDERS": _orders(trace, say),
             "PARCELS": (_parcel(one, say) for one in trace.parcels), "EVENING": _evening(trace, say)}
    for name, part in parts.items():
        lines += _under(say(name), part, say)
    lines += _under(say("WORDS"), _glossary(told, say), say)
    return "\n".join(line.rstrip() for line in lines)


class Told(set[str]):
    """Names of the terms that the page has printed, so that it can explain them."""

    def of(self, terms: dict[str, float]) -> dict[str, float]:
        """Note the terms that are large enough to be printed; all are handed on."""
        self.update(name for name, value in terms.items() if abs(value) >= SMALLEST)
        return terms


def _under(name: str, part: Iterator[str], say: Say) -> Iterator[str]:
    """A part's lines beside its name, folded to the page."""
    text = [line for one in part for line in say.folded(one, WIDTH - INDENT)]
    return (padded_to(name if not at else "", INDENT) + line for at, line in enumerate(text))


def _title(trace: Trace, say: Say) -> str:
    """Who and when."""
    state = trace.morning
    here = say("stay", days=trace.absolute - state["started"], orders=state["orders_spell"])
    return say("title", user=trace.user, day=trace.day, state=say.state(state["state"]),
               stay=here if state["state"] else say("not_here"))


def _short(trace: Trace, say: Say) -> Iterator[str]:
    """The day in two lines: what happened, and what kept the nearest order from happening."""
    if not trace.morning["state"]:
        return
    yield say("short", videos=len(trace.feed), watched=sum(one.flags & WATCH > 0 for one in trace.feed),
              clicked=sum(one.flags & CLICK > 0 for one in trace.feed), offered=len(trace.rooms),
              rooms=len({one.row for one in trace.rooms if one.entered}), lists=len(trace.shelves),
              choices=len(trace.choices), orders=len(trace.orders), parcels=len(trace.parcels))
    open_ = [one for one in trace.choices if any(option.affordable for option in one.options)]
    if trace.orders or not open_:
        return
    nearest = min(open_, key=short_of)
    good = max(nearest.options, key=lambda one: one.total)
    term, value = min(steps_of(good).items(), key=lambda one: one[1])
    yield say("nearest", where=say.where(nearest.where), good=say("row", row=good.product), short=short_of(nearest),
              term=say.term(term), value=value)


def _morning(trace: Trace, say: Say, told: Told) -> Iterator[str]:
    """Needs, intent, money and moods before the app is opened."""
    now = trace.morning
    if not now["state"]:
        return
    yield say.terms(told.of({name: now[name] for name in (*STOCKS[:3], "fatigue", *STOCKS[3:])}))
    yield say("wallet", left=yuan(now["wallet"]), week=yuan(now["wallet_week"]), coupons=_coupons(now["coupons"], say),
              epsilon=now["price_sensitivity"])
    yield say("needs", now=say.by_category(now["need"]), before=say.by_category(trace.evening_before["need"]))
    yield say("intent", intent=say.by_category(now["intent"]), cupboard=say.by_category(now["cupboard"]))


def _opening(arrival: Facts, say: Say, told: Told) -> Iterator[str]:
    """Whether the app was opened, and why it was likely."""
    if "opened" not in arrival or arrival.get("chance") is None:
        yield say("outside")
        return
    did = say("opened", slots=arrival["slots"]) if arrival["opened"] else say("away")
    yield say("opening", did=did, chance=arrival["chance"], luck=arrival["luck"])
    yield say("log_odds", logit=arrival["logit"], terms=say.terms(told.of(arrival["terms"])))


def _feed(feed: Sequence[Impression], creators: int, say: Say) -> Iterator[str]:
    """The slate in its order, one slot a line."""
    if not feed:
        return
    body = [(str(one.slot) if one.kind != "friend" else "–", say(one.kind), str(one.product),
             say.category(one.category), yuan(one.price), say.account(one.presenter, creators), _number(one.match),
             _number(one.expected), _number(one.interest), f"{one.chance:.2f}", _deeds(one, say)) for one in feed]
    yield from table([tuple(say(name) for name in HEADS), *body]).splitlines()


def _deeds(one: Impression, say: Say) -> str:
    """What a user did with a slot."""
    deeds = [say(name) for flag, name in DEEDS if one.flags & flag]
    return " ".join(deeds + [say("disliked")] * one.disliked) or say("passed")


def _rooms(rooms: Sequence[Room], creators: int, say: Say) -> Iterator[str]:
    """Rooms offered and entered; a room is entered once a day, however often it is offered."""
    inside: set[int] = set()
    for one in rooms:
        stay = say("passed") if not one.entered else say("inside") if one.row in inside else say(
            "entered", minute=one.minute, dwell=one.dwell, viewers=one.viewers)
        inside |= {one.row} if one.entered else set()
        m = "" if math.isnan(one.interest) else say("room_m", m=one.interest)
        head = padded_to(say(one.how), 9) + padded_to(say.account(one.presenter, creators), 12)
        yield head + say("room", chance=one.chance, m=m, stay=stay)


def _shelf(trace: Trace, say: Say) -> Iterator[str]:
    """Visits that were possible, and the lists that were gone through."""
    for gate in (one for one in trace.gates if one["went"] or one["chance"] >= LIKELY):
        yield say("gate", what=_visit(gate, say), chance=gate["chance"], luck=gate["luck"],
                  end=say("went" if gate["went"] else "did_not_go"))
    for shelf in trace.shelves:
        yield _list(shelf, say)


def _visit(gate: Facts, say: Say) -> str:
    """A visit that was possible."""
    if gate["category"] < 0:
        return say.where("mall")
    return say("search_for" if gate["venue"] == "search" else "search_after", category=say.category(gate["category"]))


def _list(one: Shelf, say: Say) -> str:
    """A list, the goods looked at by their rank."""
    ranks = say("comma").join(say("rank", rank=one.goods.index(row) + 1, row=row) for row in one.examined)
    return say("list", where=say.where(one.where), number=len(one.goods), led=say("led") if one.diverted else "",
               ranks=ranks or say("nothing"))


def _choices(choices: Sequence[Choice], say: Say, told: Told) -> Iterator[str]:
    """Every choice in a line; those that bought, or else the closest call, with all terms."""
    opened = [one for one in choices if one.chosen >= 0] or sorted(choices, key=short_of)[:1]
    for one in choices:
        (best, utility), *others = one.ranked
        known = {"where": say.where(one.where), "best": say.name_of(one, best), "utility": utility}
        yield say("against", other=say.name_of(one, others[0][0]), rival=others[0][1], **known) if others else say(
            "unbuyable", **known)
        if any(one is other for other in opened):
            options = {option.product: option for option in one.options}
            yield from (f"  {_utility(options[row], say, told)}" for row, _ in one.ranked[:3] if row >= 0)


def _utility(one: Option, say: Say, told: Told) -> str:
    """An option's utility, term by term."""
    price = yuan(one.paid)
    if one.paid < one.price:
        price = say("cut_price", paid=price, price=yuan(one.price))
    return say("option", row=one.product, paid=price, outside=yuan(one.outside_price), total=one.total,
               terms=say.terms(told.of(one.terms | one.price_terms)), shared=one.shared, own=one.own)


def _orders(trace: Trace, say: Say) -> Iterator[str]:
    """What became of each wish at clearing, and the orders."""
    for wish in trace.wishes:
        lapsed = "lapsed_budget" if wish["status"] == LAPSED_BUDGET else "lapsed_stock"
        cuts = sum(wish["cuts"])
        yield say("wish", row=wish["product"], venue=say.venue(wish["venue"]), paid=yuan(wish["paid"]),
                  cuts=say("cuts", cuts=yuan(cuts)) if cuts else "", end=say("ordered" if wish["stands"] else lapsed))
    for order in trace.orders:
        due = say("cancelled") if order["due"] < 0 else say("due", days=order["due"] - order["day"])
        yield say("order", nth=order["nth"], origin=say(ORIGINS[order["origin"]]), row=order["product"],
                  expected=order["expected"], due=due)


def _parcel(one: Facts, say: Say) -> str:
    """A delivery and how it was judged."""
    return say("parcel", row=one["product"], late=say("late", days=one["lateness"]) if one["late"] else say("on_time"),
               expected=one["expected"], found=one["signal"], surprise=one["signal"] - one["expected"],
               latent=one["latent"], stars=one["stars"], back=one["return_chance"],
               end=say("sent_back" if one["returned"] else "kept"),
               went="".join(say(name) for name in OUTCOMES if one[name]))


def _evening(trace: Trace, say: Say) -> Iterator[str]:
    """Survey, friends, leaving, what was learned."""
    survey, leaving, now = trace.survey, trace.leaving, trace.evening
    if trace.morning["state"] == BUYER:
        yield say("survey", answer=_answer(survey, say), score=survey["score"], mood=say(MOODS[survey["mood"]]))
    yield say("friends", **{name: trace.talk[name] for name in ("friends", "promoters", "detractors", "shoppers")})
    if leaving["adoption_chance"] is not None:
        yield say("adopts", chance=leaving["adoption_chance"])
    if leaving["dropout_chance"] is not None:
        yield say("leave", chance=leaving["dropout_chance"], luck=leaving["luck"],
                  end=say("left" if leaving["left"] else "stays"))
    elif leaving["arrival_chance"] is not None:
        yield say("arrive", chance=leaving["arrival_chance"], end=say("arrives" if now["state"] else "stays_away"))
    yield say("join").join(say("moved", stock=say.term(name), before=trace.morning[name], after=now[name])
                           for name in STOCKS if trace.morning[name] != now[name]) or say("unmoved")
    before, after = trace.learned["before"], trace.learned["after"]
    yield say("learned", seen=after["seen"] - before["seen"], before=_number(before["cosine"]),
              after=_number(after["cosine"]))


def _answer(survey: Facts, say: Say) -> str:
    """What came of asking."""
    if survey["answer"] < -1:
        return say("not_asked")
    name = "silent" if survey["answer"] < 0 else "answered"
    return say(name, score=survey["answer"], chance=survey["response_chance"])


def _glossary(told: Told, say: Say) -> Iterator[str]:
    """What the printed terms are, in the order in which the rules know them."""
    known = [name for name in say.words["terms"] if name in told and name.replace(" ", "_") not in told - {name}]
    if known:
        yield say("join").join(say.gloss(name) for name in known)


def _coupons(coupons: Sequence[Facts], say: Say) -> str:
    """Coupons in hand."""
    return say("comma").join(_coupon(one, say) for one in coupons) or say("none")


def _coupon(one: Facts, say: Say) -> str:
    """What a coupon takes off, and of which goods."""
    share = one["benefit"] < 1
    cut = say("share_off", share=one["benefit"]) if share else say("yuan_off", yuan=yuan(one["benefit"]))
    return cut if one["category"] < 0 else say("coupon_of", cut=cut, category=say.category(one["category"]))


def _number(value: float) -> str:
    """Two digits, or a dash."""
    return "–" if math.isnan(value) else f"{value:.2f}"
