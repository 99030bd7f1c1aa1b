"""A creator's career: learning by doing, income against the reservation wage, styles, breaks, leaving, starting."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.creator import ACTIVE, DORMANT, RESERVE, TAIL
from sim.jit import kernel
from sim.rng import Decision, Venue, exponential, normal, uniform
from sim.rules.common import keep
from sim.rules.host import is_weekday_of
from sim.rules.offers import drop_offers
from sim.rules.tools import set_packet
from sim.rules.traits import draw_career
from sim.tables import BY_WAGE, CAREER_RULE, Tables

MOST_STYLE = 2.0  # logit; a style that triples the odds of watching is as good as any


@kernel
def start_career(now: np.record, num: np.record, c: np.record) -> None:
    """A row of the reserve begins a new career: traits redrawn by (key, spell), nothing kept (contract 10)."""
    c.spell += 1
    c.started = now.day
    c.state, c.tier, c.live, c.minutes = ACTIVE, TAIL, 0, 0
    c.seen, c.hours, c.trust, c.followers = 0.0, 0.0, 0.0, 0
    c.income, c.sales, c.sales_before = 0.0, 0.0, 0.0
    c.below, c.trial, c.earned, c.gmv_today = 0, 0, 0, 0
    c.packet, c.per_entry, c.entries = 0.0, 0.0, 0
    drop_offers(c)
    draw_career(now, num, c)


@kernel
def stop(c: np.record, state: int) -> None:
    """Leave the stage, for a while (dormant) or for good (reserve)."""
    c.state, c.tier, c.live, c.minutes, c.below, c.trial = state, TAIL, 0, 0, 0, 0
    drop_offers(c)


@kernel
def minutes_worked(num: np.record, c: np.record) -> float:
    """Minutes of work behind a room: on air, in preparation, and on the videos of the days between a host's rooms."""
    between = 1.0 / max(num.rooms_creator_share, 1e-6)  # days, in a world of full size
    return c.minutes * (1.0 + num.creators_prepare) + 60.0 * num.creators_video_hours * between


@kernel
def hourly_income(num: np.record, c: np.record) -> float:
    """Yuan earned since the last room, in it and by videos, an hour of work."""
    return c.earned / 100.0 * 60.0 / minutes_worked(num, c)


@kernel
def end_session(num: np.record, c: np.record, exits: bool) -> None:
    """After a room: hours, income per hour, sessions below the wage; past patience each further one cuts the hours.

    A session that pays brings cut hours back, step by step.
    In a thick world more rooms share the same users, so the wage asked of each is scaled by `room_share`. Where nobody
    `exits` for the money (rival rule), no session counts as below the wage.
    """
    c.hours += c.minutes / 60.0
    set_packet(num, c)
    c.income += (hourly_income(num, c) - c.income) / num.creators_income_memory
    c.earned = 0
    if c.income >= c.wage * c.room_share or not exits:
        c.below = 0
        c.hours_day = min(num.rooms_hours, c.hours_day / num.creators_cut)
        return
    c.below += 1
    if c.below > num.creators_patience:
        c.hours_day *= num.creators_cut


@kernel
def gives_up(now: np.record, num: np.record, c: np.record) -> bool:
    """Whether an active creator stops: hours cut too short, or for reasons outside the model."""
    if c.hours_day < num.creators_quit_hours:
        return True
    return uniform(now, c.key, 0, Decision.CREATOR_EXIT, Venue.NONE, 0) < num.creators_pause


@kernel
def disgraced(now: np.record, num: np.record, c: np.record, users: int) -> bool:
    """Whether a scandal breaks over a creator today: the more of the users follow, the more look for one."""
    fame = c.followers / max(users, 1)
    return uniform(now, c.key, 0, Decision.CREATOR_EXIT, Venue.NONE, 2) < num.creators_scandal * fame


@kernel
def note_sales(num: np.record, c: np.record) -> None:
    """Trailing sales take in the day."""
    held = keep(num.creators_sales_memory)
    c.sales = held * c.sales + (1.0 - held) * c.gmv_today / 100.0


@kernel
def another_style(now: np.record, num: np.record, c: np.record) -> float:
    """A style to try: most are ordinary and a few are hits (normal times exponential noise, same variance)."""
    size = exponential(now, c.key, 0, Decision.CREATOR_STYLE, Venue.NONE, 2) / math.sqrt(2.0)
    style = num.creators_style_sd * size * normal(now, c.key, 0, Decision.CREATOR_STYLE, Venue.NONE, 1)
    return max(-MOST_STYLE, min(MOST_STYLE, style))


@kernel
def try_styles(now: np.record, num: np.record, c: np.record) -> None:
    """Once a week: styles wear off, a trial that is over is judged by sales, or a new one may begin."""
    c.style *= keep(num.creators_style_memory)
    c.style_kept *= keep(num.creators_style_memory)
    if c.trial > 0:
        c.trial -= 1
        if c.trial == 0 and c.sales < c.sales_before:
            c.style = c.style_kept
    elif uniform(now, c.key, 0, Decision.CREATOR_STYLE, Venue.NONE, 0) < num.creators_style_try:
        c.style_kept, c.sales_before = c.style, c.sales
        c.trial = int(num.creators_style_weeks)
        c.style = another_style(now, num, c)


@kernel
def come_back(num: np.record, c: np.record) -> None:
    """A dormant creator tries again, with the usual hours and a clean slate of sessions."""
    c.state, c.below, c.hours_day, c.earned = ACTIVE, 0, num.rooms_hours, 0


@kernel
def rest_or_return(now: np.record, num: np.record, c: np.record) -> None:
    """A dormant creator comes back, retires for good, or goes on resting."""
    note_sales(num, c)
    if uniform(now, c.key, 0, Decision.CREATOR_RETURN, Venue.NONE, 0) < num.creators_comeback:
        come_back(num, c)
    elif uniform(now, c.key, 0, Decision.CREATOR_EXIT, Venue.NONE, 1) < num.creators_retire:
        stop(c, RESERVE)


@kernel
def live_on(now: np.record, num: np.record, c: np.record, users: int, exits: bool) -> None:
    """An active creator ends the day: books, perhaps another style, a scandal or a break."""
    note_sales(num, c)
    if c.live:
        end_session(num, c, exits)
    if is_weekday_of(now.day, c.key):
        try_styles(now, num, c)
    if disgraced(now, num, c, users):
        c.trust -= num.creators_scandal_trust
        stop(c, DORMANT)
    elif gives_up(now, num, c):
        stop(c, DORMANT)


@kernel
def end_day(t: Tables, i: int) -> None:
    """Creator i ends the day."""
    c, num, now = t.creators[i], t.num[0], t.now[0]
    if c.state == ACTIVE:
        live_on(now, num, c, len(t.users), t.modes[CAREER_RULE] == BY_WAGE)
    elif c.state == DORMANT:
        rest_or_return(now, num, c)
    elif uniform(now, c.key, 0, Decision.CREATOR_RETURN, Venue.NONE, 1) < num.creators_entry:
        start_career(now, num, c)
