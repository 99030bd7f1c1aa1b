"""The trace as a page of 120 columns, for a terminal or a slide."""
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from sim.lab.trace.records import CATEGORIES, Choice, Facts, Impression, Option, Room, Shelf, Trace
from sim.listing import table
from sim.rules.choose import BROWSE, EXCITED, NEED
from sim.tables import CLICK, LAPSED_BUDGET, LONG, WATCH

WIDTH, INDENT = 120, 10
LIKELY = 0.01  # visits less likely than this are shown only when they happen
STATES = ("outside", "visitor", "buyer")
MOODS = {1: "promoter", 0: "passive", -1: "detractor"}
VENUES = ("none", "video", "live", "mall", "search", "shop")
ORIGINS = {NEED: "out of a need", EXCITED: "excited by what was seen", BROWSE: "found while browsing"}
OUTCOMES = {"failed": "service failed", "defect": "defective", "complained": "complained"}


def page(trace: Trace, creators: int) -> str:
    """One user's day; `creators` tells creators' accounts from shops'."""
    lines = [_title(trace)]
    for name, part in (("MORNING", _morning(trace)), ("OPENING", _opening(trace.arrival)),
                       ("FEED", _feed(trace.feed, creators)), ("ROOMS", _rooms(trace.rooms, creators)),
                       ("SHELF", _shelf(trace)), ("CHOICES", _choices(trace.choices)), ("ORDERS", _orders(trace)),
                       ("PARCELS", map(_parcel, trace.parcels)), ("EVENING", _evening(trace))):
        text = [line for one in part for line in _folded(one)]
        lines += [(name if not at else "").ljust(INDENT) + line for at, line in enumerate(text)]
    return "\n".join(line.rstrip() for line in lines)


def _folded(line: str) -> list[str]:
    """A line that fits beside the margin; what is left of it hangs below."""
    return wrap(line, WIDTH - INDENT, subsequent_indent="    ") or [""]


def _title(trace: Trace) -> str:
    """Who and when."""
    state = trace.morning
    stay = f"{trace.absolute - state['started']} days here, {state['orders_spell']} orders"
    return f"user {trace.user}, day {trace.day}: {STATES[state['state']]}, " + (
        stay if state["state"] else "not on the platform that day")


def _morning(trace: Trace) -> Iterator[str]:
    """Needs, intent, money and moods before the app is opened."""
    now = trace.morning
    if not now["state"]:
        return
    yield _terms({name: now[name] for name in ("satisfaction", "habit", "mindshare", "fatigue", "host_trust")})
    yield (f"wallet {_yuan(now['wallet'])} of {_yuan(now['wallet_week'])} a week; coupons "
           f"{_coupons(now['coupons'])}; price sensitivity {now['price_sensitivity']:.2f}")
    before = trace.evening_before
    yield f"needs {_by_category(now['need'])} (last evening {_by_category(before['need'])})"
    yield f"intent {_by_category(now['intent'])}; cupboard {_by_category(now['cupboard'])}"


def _opening(arrival: Facts) -> Iterator[str]:
    """Whether the app was opened, and why it was likely."""
    if "opened" not in arrival or arrival.get("chance") is None:
        yield "outside: the app is not there to be opened"
        return
    did = f"opened, {arrival['slots']} commerce slots" if arrival["opened"] else "stayed away"
    yield f"{did}: P = {arrival['chance']:.3f}, luck {arrival['luck']:.3f}"
    yield f"log-odds {arrival['logit']:.2f} = {_terms(arrival['terms'])}"


def _feed(feed: Sequence[Impression], creators: int) -> Iterator[str]:
    """The slate in its order, one slot a line."""
    if not feed:
        return
    head = ("slot", "kind", "good", "category", "price", "by", "match", "expects", "m", "P(watch)", "did")
    body = [(str(one.slot) if one.kind != "friend" else "–", one.kind, str(one.product), CATEGORIES[one.category],
             _yuan(one.price), _account(one.presenter, creators), _number(one.match), _number(one.expected),
             _number(one.interest), f"{one.chance:.2f}", _deeds(one)) for one in feed]
    yield from table([head, *body]).splitlines()


def _deeds(one: Impression) -> str:
    """What a user did with a slot."""
    deeds = [name for flag, name in ((WATCH, "watched"), (LONG, "long"), (CLICK, "clicked")) if one.flags & flag]
    return " ".join(deeds + ["disliked"] * one.disliked) or "passed"


def _rooms(rooms: Sequence[Room], creators: int) -> Iterator[str]:
    """Rooms offered and entered."""
    for one in rooms:
        stay = f"entered at minute {one.minute} for {one.dwell} min, {one.viewers:.1f} viewers"
        m = "" if math.isnan(one.interest) else f", m {one.interest:.2f}"
        yield (f"{one.how:<9}{_account(one.presenter, creators):<12}P(enter) {one.chance:.2f}{m}: "
               f"{stay if one.entered else 'passed'}")


def _shelf(trace: Trace) -> Iterator[str]:
    """Visits that were possible, and the lists that were gone through."""
    for gate in (one for one in trace.gates if one["went"] or one["chance"] >= LIKELY):
        what = f"search for {CATEGORIES[gate['category']]}" if gate["category"] >= 0 else "mall"
        yield f"{what}: P = {gate['chance']:.3f}, luck {gate['luck']:.3f}: {'went' if gate['went'] else 'did not go'}"
    yield from map(_list, trace.shelves)


def _list(one: Shelf) -> str:
    """A list, the goods looked at by their rank."""
    ranks = ", ".join(f"#{one.goods.index(row) + 1} good {row}" for row in one.examined)
    led = " (led there from content)" if one.diverted else ""
    return f"{one.where}, list of {len(one.goods)}{led}: looked at {ranks or 'nothing'}"


def _choices(choices: Sequence[Choice]) -> Iterator[str]:
    """Every choice in a line; those that bought, or else the closest call, with all terms."""
    told = [one for one in choices if one.chosen >= 0] or sorted(choices, key=short_of)[:1]
    for one in choices:
        (best, utility), *others = one.ranked
        against = f" against {name_of(one, others[0][0])} {others[0][1]:.2f}" if others else " (nothing can be bought)"
        yield f"{one.where}: {name_of(one, best)} {utility:.2f}{against}"
        if any(one is other for other in told):
            options = {option.product: option for option in one.options}
            yield from (f"  {_terms_of(options[row])}" for row, _ in one.ranked[:3] if row >= 0)


def short_of(one: Choice) -> float:
    """By how much a choice failed to end in an order."""
    return one.outside - max((option.total for option in one.options), default=-math.inf)


def _terms_of(one: Option) -> str:
    """An option's utility, term by term."""
    price = f"{_yuan(one.paid)}" + (f" of {_yuan(one.price)}" if one.paid < one.price else "")
    return (f"good {one.product} at {price} (elsewhere {_yuan(one.outside_price)}): {one.total:.2f} = "
            f"{_terms(one.terms | one.price_terms)}; noise of the list {one.shared:+.2f}, own {one.own:+.2f}")


def _orders(trace: Trace) -> Iterator[str]:
    """What became of each wish at clearing, and the orders."""
    for wish in trace.wishes:
        why = "the budget of a benefit was empty" if wish["status"] == LAPSED_BUDGET else "no stock or no hands"
        end = "ordered" if wish["stands"] else f"lapsed, {why}"
        cuts = sum(wish["cuts"])
        yield (f"good {wish['product']} in {VENUES[wish['venue']]} for {_yuan(wish['paid'])}"
               f"{f', coupons took off {_yuan(cuts)}' if cuts else ''}: {end}")
    for order in trace.orders:
        due = "will be cancelled" if order["due"] < 0 else f"due in {order['due'] - order['day']} days"
        yield (f"order {order['nth']} of this stay, {ORIGINS[order['origin']]}: good {order['product']}, expects "
               f"quality {order['expected']:+.2f}; {due}")


def _parcel(one: Facts) -> str:
    """A delivery and how it was judged."""
    late = f"{one['lateness']:.1f} days late" if one["late"] else "on time"
    went = "".join(f", {text}" for name, text in OUTCOMES.items() if one[name])
    return (f"good {one['product']} {late}: expected {one['expected']:+.2f}, found {one['signal']:+.2f}, surprise "
            f"{one['signal'] - one['expected']:+.2f}; judged {one['latent']:.2f}, {one['stars']} stars; P(return) "
            f"{one['return_chance']:.2f}: {'sent back' if one['returned'] else 'kept'}{went}")


def _evening(trace: Trace) -> Iterator[str]:
    """Survey, friends, leaving, what was learned."""
    survey, talk, leaving, now = trace.survey, trace.talk, trace.leaving, trace.evening
    if trace.morning["state"] == 2:
        answer = {-2: "not asked", -1: "asked, no answer"}.get(survey["answer"], f"answered {survey['answer']}")
        yield f"survey: {answer}; would say {survey['score']}, {MOODS[survey['mood']]}"
    yield (f"friends {talk['friends']}: {talk['promoters']} promoters, {talk['detractors']} detractors, "
           f"{talk['shoppers']} shop here")
    if leaving["dropout_chance"] is not None:
        end = "left the platform" if leaving["left"] else "stays"
        yield f"P(leave) {leaving['dropout_chance']:.5f}, luck {leaving['luck']:.3f}: {end}"
    elif leaving["arrival_chance"] is not None:
        yield f"P(arrive) {leaving['arrival_chance']:.5f}: {'arrives tomorrow' if now['state'] else 'stays away'}"
    yield "; ".join(f"{name} {trace.morning[name]:.3f} → {now[name]:.3f}"
                    for name in ("satisfaction", "habit", "mindshare", "host_trust", "platform_trust")
                    if trace.morning[name] != now[name]) or "satisfaction, habit and trust are as in the morning"
    before, after = trace.learned["before"], trace.learned["after"]
    yield (f"the recommender: {after['seen'] - before['seen']:+.0f} impressions, cosine with true taste "
           f"{_number(before['cosine'])} → {_number(after['cosine'])}")


def _terms(terms: Mapping[str, float]) -> str:
    """Terms with their signs; those that round to nothing are left out."""
    return "  ".join(f"{name} {value:+.2f}" for name, value in terms.items() if abs(value) >= 0.005) or "nothing"


def _by_category(values: Sequence[float]) -> str:
    """What there is of something in each category."""
    return ", ".join(f"{CATEGORIES[k]} {value:.2g}" for k, value in enumerate(values) if value >= 0.05) or "none"


def _coupons(coupons: Sequence[Facts]) -> str:
    """Coupons in hand."""
    return ", ".join(_coupon(one) for one in coupons) or "none"


def _coupon(one: Facts) -> str:
    """What a coupon takes off, and of which goods."""
    cut = f"{one['benefit']:.0%} off" if one["benefit"] < 1 else f"{_yuan(one['benefit'])} off"
    return cut if one["category"] < 0 else f"{cut} {CATEGORIES[one['category']]}"


def name_of(one: Choice, row: int) -> str:
    """A good here, the good bought elsewhere, or not buying."""
    if row >= 0:
        return f"good {row}"
    return f"good {one.elsewhere} elsewhere" if one.elsewhere >= 0 else "not buying"


def _account(presenter: int, creators: int) -> str:
    """An account by its kind and row."""
    return f"creator {presenter}" if presenter < creators else f"shop {presenter - creators}"


def _number(value: float) -> str:
    """Two digits, or a dash."""
    return "–" if math.isnan(value) else f"{value:.2f}"


def _yuan(fen: float) -> str:
    """Fen as yuan."""
    return f"¥{fen / 100:,.2f}"
