"""What cuts a price: the coupons in a user's hands and the day's deals of goods, laid ready for a choice."""

from sim.agents.user import COUPON_SLOTS
from sim.jit import kernel
from sim.tables import ANY, OF_THE_GOOD


@kernel
def holds_coupon(u):
    """Whether the user holds any coupon."""
    for slot in range(COUPON_SLOTS):
        if u.coupons[slot].benefit > 0.0:
            return True
    return False


@kernel
def pick_up(u, intent):
    """Copy the user's coupons into the intent, so that clearing can judge each of them; -1 is none."""
    for slot in range(COUPON_SLOTS):
        coupon = u.coupons[slot]
        held = coupon.benefit > 0.0
        intent.grants[slot] = coupon.grant if held else -1
        intent.benefits[slot] = coupon.benefit
        intent.thresholds[slot] = coupon.threshold
        intent.expiries[slot] = coupon.expiry
        intent.categories[slot] = coupon.category
        intent.cuts[slot] = 0


@kernel
def holds_bound(u):
    """Whether the user holds a coupon that is valid for goods of one category only."""
    for slot in range(COUPON_SLOTS):
        if u.coupons[slot].benefit > 0.0 and u.coupons[slot].category != ANY:
            return True
    return False


@kernel
def lay_coupons(u, intent, category):
    """Let coupons bound to a category count for goods of it alone."""
    for slot in range(COUPON_SLOTS):
        coupon = u.coupons[slot]
        if coupon.benefit > 0.0 and coupon.category != ANY:
            intent.benefits[slot] = coupon.benefit if coupon.category == category else 0.0


@kernel
def free_slot(intent):
    """A place of the intent that holds no coupon, for the deal of a good; -1 when the user holds four."""
    for slot in range(COUPON_SLOTS):
        if intent.grants[slot] < 0:
            return slot
    return -1


@kernel
def is_welcomed(now, u, deal, venue):
    """Whether a good's deal for newcomers holds in a venue for the user: of few days and few orders in this stay."""
    if deal.entry_purse < 0 or not (deal.entry_venues >> venue) & 1:
        return False
    return now.day - u.started <= deal.entry_days and u.orders_spell < deal.entry_orders


@kernel
def lay_deal(t, u, intent, row, venue, slot):
    """Put today's deal of a good into a free place, or empty that where the good has none in this venue.

    Of the deal for all and that for newcomers the larger counts.
    """
    if slot < 0:
        return
    deal = t.deals[row]
    intent.grants[slot], intent.benefits[slot] = -1, 0.0
    if deal.purse >= 0 and (deal.venues >> venue) & 1:
        intent.grants[slot], intent.benefits[slot] = deal.purse, deal.benefit
    if is_welcomed(t.now[0], u, deal, venue) and deal.entry_benefit > intent.benefits[slot]:
        intent.grants[slot], intent.benefits[slot] = deal.entry_purse, deal.entry_benefit
    intent.thresholds[slot], intent.expiries[slot] = 0, OF_THE_GOOD


@kernel
def lay_terms(t, u, intent, row, venue, slot, bound):
    """Make an intent ready for one good: its deal, and coupons bound to a category where there are any."""
    lay_deal(t, u, intent, row, venue, slot)
    if bound:
        lay_coupons(u, intent, t.products[row].category)
