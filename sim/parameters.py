"""Every number of the model: unit, range, evidence grade and source. The values stand in configs/world.

Grades: V published or measured, D derived from V by arithmetic, C calibrated to a pattern, A assumption
to be swept. A number without a grade does not enter the model.
"""

from dataclasses import dataclass

from sim.parameters_supply import A, C, Creators, D, Goods, K, Learning, Merchants, V
from sim.schema import number

MONTHS = 12


@dataclass(frozen=True)
class Arrival:
    """Opening the app, and how long the visit is (model.md §2.3)."""

    satisfaction: float = number("logit/sd", 0, 5, A, "γ_S; sweep .2–1")
    habit: float = number("logit", 0, 5, A, "γ_H")
    mindshare: float = number("logit", 0, 5, A, "γ_B")
    push: float = number("logit/message", 0, 5, A, "γ_p")
    nuisance: float = number("logit/message", 0, 5, A, "γ_n, for messages above 2 a day")
    fatigue: float = number("logit/share", 0, 10, A, "λ₈, 0–10; 15 would cut DAU 39 % at a share of .16")
    fatigue_memory: float = number("day", 1, 90, A, "slow stock of commerce seen; mean over 14 days")
    usual_open: float = number("prob", 0.01, 1, C, "P7: P(open | alive); who opens so often sees a day's share a day")
    knee_mean: float = number("share", 0, 1, V, "LatePost 2022 via press: 8 % of the feed is commerce")
    knee_sd: float = number("share", 0, 1, A, "spread of tolerance")
    activity_mean: float = number("logit", -10, 10, C, "P7: content .75, shop -.2; P(open | alive) near .69")
    activity_sd: float = number("logit", 0, 5, C, "P7")
    weekday: tuple[float, ...] = number("factor", 0.5, 2, A, "Monday first; Sat, Sun 1.06, else .98", length=7)
    minutes: float = number("minute/day", 0, 1440, V, "usage a DAU-day, industry reports")
    commerce_share: float = number("share", 0, 1, V, "LatePost 2022 via press: .08")
    slots: float = number("impressions", 0, 200, D, "8 % of about 250 impressions")
    depth_activity: float = number("ln/sd", 0, 2, C, "P9: feed depth grows with activity")
    depth_noise: float = number("ln", 0, 2, A, "day-to-day spread of depth")


@dataclass(frozen=True)
class Needs:
    """Needs that arise by themselves, intent left by content, and what is lost to other shops."""

    rate: float = number("1/day/category", 0, 5, C, "ν; P22 2024 shelf share")
    rate_sd: float = number("ln", 0, 3, A, "spread between users")
    leave: float = number("1/day", 0, 1, A, "unserved need is met elsewhere")
    intent_half_life: float = number("day", 0.1, 60, A, "t_h; sweep 1–7")
    intent_leak: float = number("prob/click/day", 0, 1, A, "p_leak; 0–.02")
    excited: float = number("clicks", 0, 20, A, "trace from which an order counts as excited: a click of six days ago")
    intent_shown: float = number("clicks", 0, 1, A, "trace of a good shown in an entered room")
    cupboard_low: float = number("orders", 0, 1, A, "stock at home at which a repurchase falls due")
    cycle: tuple[float, ...] = number("day", 1, 2000, A, "replenishment cycle by category", length=K)
    replenish: tuple[float, ...] = number("0|1", 0, 1, A, "whether a used-up good falls due", length=K)
    season: tuple[float, ...] = number(
        "factor", 0, 5, A, "level of needs, January first, all categories of a month together", length=MONTHS * K)
    wallet_median: float = number("yuan/week", 0, 1e5, C, "P22, P27: shoppers' weekly money")
    wallet_sd: float = number("ln", 0, 3, C, "P3")
    mindshare_memory: float = number("day", 1, 1000, A, "forgetting of the place to buy")
    weariness_step: float = number("–/watch", 0, 1, C, "P3: category fatigue a watch")
    weariness_keep: float = number("–", 0, 1, C, "P3: share kept to the next day")


@dataclass(frozen=True)
class Interest:
    """Interest and what it leads to: watch, long view, product click (model.md §2.5)."""

    learnable: float = number("–", 0, 1, C, "ρ_m; P8: mean interest served near 1.2")
    watch_0: float = number("logit", -10, 10, D, "c0; KuaiRand: 17.6 % of random plays are effective")
    watch_1: float = number("logit", 0, 10, D, "c1; KuaiRand: 45.1 % in production")
    long_0: float = number("logit", -10, 10, D, "d0; KuaiRand: long view given play .48 random")
    long_1: float = number("logit", 0, 10, D, "d1; KuaiRand: .70 in production")
    click_0: float = number("logit", -10, 10, D, "e0; 5 % of watches click the product")
    click_1: float = number("logit", 0, 10, A, "e1")
    negative_0: float = number("logit", -20, 0, D, "KuaiRand: .00114 random")
    negative_1: float = number("logit", -5, 5, D, "KuaiRand: .00079 in production")
    content_sd: float = number("logit", 0, 5, A, "luck of a day's video")
    appeal_watch: float = number("–", 0, 5, A, "share of a good's appeal that shows in watching")
    crowd: float = number("logit/ln", 0, 2, A, "pull of other viewers in a room; 0 switches it off")
    position_product: float = number("–", 0, 1, A, "weight of the good in a card's position")
    position_presenter: float = number("–", 0, 1, A, "weight of the presenter")
    position_noise: float = number("–", 0, 1, A, "weight of the day's content")
    drift: float = number("rad/week", 0, 0.5, A, "taste's own random step; 0 switches it off")
    pull: float = number("1/long view", 0, 0.1, A, "taste's step towards a good viewed long; 0 switches it off")
    exposure: float = number("1/impression", 0, 0.1, A, "taste's step towards a good shown, viewed or not; 0: off")


@dataclass(frozen=True)
class Feed:
    """Filling the feed: previews, videos, ads, exploration (model.md §2.4)."""

    preview_share: float = number("share", 0, 1, D, "8 live previews among 20 commerce slots")
    ad_share: float = number("share", 0, 1, D, "35 % of video slots: 4.2 ads a DAU-day")
    ad_reserve: float = number("yuan/1000", 0, 1000, A, "reserve CPM")
    minutes_share: float = number("share", 0.01, 1, C, "feed's part of the day's minutes at which `slots` holds")
    explore_share: float = number("share", 0, 1, A, "organic slots for cards little seen")
    explore_bar: float = number("impressions", 0, 1e9, A, "below which a good counts as little seen")
    explore_cards: int = number("cards", 1, 512, A, "shelf of little-seen cards the slots draw from")
    shortlist: int = number("cards", 8, 128, A, "cards kept from retrieval for scoring")
    cells: int = number("cells", 1, 1024, A, "audience cells, each with a day's pool of rooms")
    pool: int = number("rooms", 1, 256, A, "rooms in a cell's pool")
    pool_followers: float = number("–", 0, 2, C, "P2, P8: exponent of followers in the pool of rooms")
    share_prob: float = number("prob", 0, 1, A, "passing on a good after a product click")
    share_bonus: float = number("logit", 0, 5, A, "pull of a friend's recommendation")
    negative_relief: float = number("–", 0, 5, A, "weariness added by a dislike")


@dataclass(frozen=True)
class Rooms:
    """Live rooms: entry, dwell, goods on show (model.md §2.6)."""

    entry: float = number("prob", 0, 1, D, "room entry given a preview, level from the funnel")
    entry_interest: float = number("logit", 0, 5, A, "slope in interest")
    entry_skill: float = number("logit", 0, 5, A, "slope in hosting skill")
    mean_interest: float = number("sd", -3, 5, C, "interest of previews served; centres the entry rate")
    mean_skill: float = number("0–1", 0, 3, C, "skill of hosts met; centres the entry rate")
    follow_entry: float = number("prob", 0, 1, D, "entering the room of a followed host; .5 entries a DAU-day")
    dwell: float = number("minute", 0.1, 600, A, "mean stay")
    dwell_sd: float = number("ln", 0, 3, A, "spread of the stay")
    dwell_interest: float = number("ln/sd", 0, 2, A, "longer stays with interest")
    dwell_skill: float = number("ln", 0, 2, A, "longer stays with a skilled host")
    dwell_trust: float = number("ln/sd", 0, 2, A, "longer stays with a trusted host")
    follow_after: float = number("minute", 0, 600, A, "stay from which a follow is possible")
    follow: float = number("prob", 0, 1, A, "following the host after a long stay")
    unfollow: float = number("1/day", 0, 1, A, "dropping a tie")
    discount: float = number("share", 0, 0.9, V, "livestream difference-in-differences: .076 cheaper")
    gift: float = number("yuan/entry", 0, 100, A, "gifts an entry")
    skill_hours: float = number("hour", 1, 1e4, A, "H0 of learning by doing")
    skill_max: float = number("–", 0, 3, D, "k_max")
    creator_share: float = number("prob", 0, 1, D, "creators live on a day; 1.25 M rooms, 30 % creators'")
    merchant_share: float = number("prob", 0, 1, V, "merchants live on a day; 70 % of rooms are merchants'")
    hours: float = number("hour", 0.1, 24, D, "length of a room")
    floor: int = number("rooms", 0, 1e6, A, "rooms open a day below which thickness stops dividing")
    entry_packet: float = number("logit/ln", 0, 5, A, "a host's own red packet in entering, in ln(1 + yuan); 0: none")
    entry_traffic: float = number("logit", 0, 5, A, "entering a room of traffic goods only against one without any")
    dwell_traffic: float = number("ln", 0, 2, A, "longer stays in a room of traffic goods only")
    mean_traffic: float = number("share", 0, 1, C, "traffic goods in rooms offered; centres entry and stay")
    pitch: float = number("logit", 0, 5, A, "a good that the host pitches during the visit")
    pitch_crowd: float = number("–", 0, 5, A, "exponent of the crowd by which profit goods wait for the peak")
    loyal: float = number("logit", 0, 5, A, "repurchase goods, to those who came because they follow")
    mean_followed: float = number("share", 0, 1, D, "visits by follow; centres `loyal`; .5 of 2.5 entries a DAU-day")
    scarcity: float = number("logit", 0, 5, A, "a good about to run out")
    scarce_days: float = number("day", 0.01, 60, A, "of expected sales left at which urgency has fallen to 1/e")
    limited: float = number("share", 0, 1, A, "goods in a room that the host offers as a limited lot (限量)")
    lot: float = number("day", 0, 60, A, "size of such a lot, in days of the good's expected sales")
    mean_urgency: float = number("0–1", 0, 1, C, "urgency of goods in rooms visited; centres `scarcity`")


@dataclass(frozen=True)
class Lists:
    """Mall, search and shop lists (model.md §2.4)."""

    mall: int = number("goods", 1, 64, A, "length of the mall list")
    search: int = number("goods", 1, 64, A, "length of a results page")
    shop: int = number("goods", 1, 64, A, "length of a shop's list")
    examine: float = number("–", 0, 3, A, "η; a place at rank r is looked at with r^-η")
    mall_visit: float = number("logit", -10, 10, C, "b0; P22: .25 visits a DAU-day")
    mall_need: float = number("logit", 0, 5, A, "pull of an open need")
    mall_coupon: float = number("logit", 0, 5, A, "pull of a coupon held")
    mall_wanted: int = number("goods", 0, 20, A, "best goods of each wanted category that the mall considers; 0: off")
    mall_trace: float = number("clicks", 0, 20, A, "intent from which a category is wanted without a need")
    search_need: float = number("prob/day", 0, 1, C, "searching for an open need")
    search_intent: float = number("prob/click", 0, 1, A, "p_vs; search after watching (看后搜)")
    clarity: float = number("prob", 0, 1, A, "ζ; a query says what is wanted")
    shop_visit: float = number("prob/day", 0, 1, C, "visiting a followed shop; P22: .006 orders a DAU-day")
    shop_again: float = number("prob/day", 0, 1, A, "visiting a shop bought at and not followed")
    mall_minutes: float = number("minute", 0, 600, A, "a look at the mall's home")
    search_minutes: float = number("minute", 0, 600, A, "a results page")
    shop_minutes: float = number("minute", 0, 600, A, "a look into a shop")
    divert_intent: float = number("clicks", 0, 20, A, "intent from which a diversion is possible")
    step_drop: float = number("prob", 0, 1, A, "lost at each extra step of a path")
    candidates: int = number("goods", 8, 4096, A, "goods a category page chooses from")
    popularity: float = number("–/ln", 0, 5, A, "weight of ln(1+sales) in list ranking")
    affinity: float = number("–", 0, 5, A, "weight of the learned match in list ranking")
    mind_gain: float = number("1/list", 0, 1, A, "mindshare won by a steady list, a ln cheaper than elsewhere; 0: off")
    mind_loss: float = number("×", 0, 20, A, "of it, lost by a list dearer than remembered; trust is lost faster")
    mind_slack: float = number("ln", 0, 1, A, "by which a list may be dearer than remembered and still count as steady")
    mind_step: float = number("–", 0, 1, A, "learning of the shelf's remembered price, a list")


@dataclass(frozen=True)
class Choice:
    """Nested choice between goods and not buying (model.md §2.7)."""

    video: float = number("logit", -20, 5, C, "venue intercept; P22")
    live: float = number("logit", -20, 5, C, "venue intercept; P22")
    mall: float = number("logit", -20, 5, C, "venue intercept; P22")
    search: float = number("logit", -20, 5, C, "venue intercept; P22")
    shop: float = number("logit", -20, 5, C, "venue intercept; P22")
    interest: float = number("logit", 0, 5, A, "v1")
    quality: float = number("logit", 0, 5, D, "v2; 8.1 % reputation premium")
    price_level: float = number("logit", 0, 5, A, "distance from the preferred price level")
    epsilon_mean: float = number("–", 0, 10, D, "Alibaba coupon RCT; UCI retail -2.06")
    epsilon_cv: float = number("–", 0, 3, A, "spread of price sensitivity")
    reference: float = number("–", 0, 5, A, "w_ref, weight of the remembered price")
    reference_step: float = number("–", 0, 1, D, "learning of the remembered price")
    loss: float = number("–", 1, 5, D, "loss ratio, Tversky and Kahneman 1992")
    satisfaction: float = number("logit/sd", 0, 5, A, "v_z; ≥ 2 without τ_z")
    deal_single: float = number("logit", 0, 5, D, "deal tag on a single item; Alibaba coupon RCT")
    deal_list: float = number("logit", 0, 5, D, "deal tag in a list")
    need: float = number("logit", 0, 5, A, ".5–2.5")
    intent: float = number("logit", 0, 5, A, "pull of excited intent in a list of its category")
    mindshare: float = number("logit", 0, 5, A, "shelf orders of those to whom the platform is a place to buy")
    host: float = number("logit", 0, 5, A, "hosting skill")
    host_trust: float = number("logit/sd", 0, 5, A, "v_t; trust in hosts, where a creator presents the good")
    platform_trust: float = number("logit/sd", 0, 5, A, "v_t; trust in the platform, on the shelf")
    social_proof: float = number("logit/ln", 0, 5, A, "ln(1 + daily sales) of the good")
    insurance: float = number("logit", 0, 5, A, "freight insurance shown; sign V")
    impulse: float = number("logit/sd", 0, 5, A, "impulsiveness, content venues")
    overrating: float = number("sd/sd", 0, 2, A, "quality the impulsive expect beyond reputation in content venues")
    cupboard: float = number("logit", 0, 5, A, "a full cupboard; one that is partly full counts in part")
    barrier: float = number("logit", 0, 20, C, "not yet a shopper; P27, P28: 6 lets .3 % of others adopt a day")
    nest: float = number("–", 0.01, 1, D, "λ in lists; 1 for single items; Alibaba coupon RCT")
    best_of: int = number("goods", 1, 8, A, "last goods a good must beat; only with rival.choice=best_of_last")
    buyer_sd: float = number("logit", 0, 3, C, "P3, P4, P5: b_u")
    level_sd: float = number("ln", 0, 3, C, "w_u; P3, order value spread")
    basket_sd: float = number("ln", 0, 3, D, "variants and units within an order")
    appeal_sd: float = number("logit", 0, 3, C, "P3: appeal of a good")
    cost: tuple[float, ...] = number("logit", 0, 5, A, "decision cost by category", length=K)
    guochao: tuple[float, ...] = number(
        "logit", -5, 5, A, "domestic brands, by generation, centred over users; sign from Aurora 2021 (People's Daily "
        "Online, 13 Oct 2021): 54.6 % of post-90s and 73.3 % of post-00s say so, .83 logit apart", length=3)
    elsewhere: float = number("logit", 0, 20, A, "leaving to buy elsewhere; only with rival.outside=same_good")


@dataclass(frozen=True)
class Fulfil:
    """Parcels: cancellation, shipping, promise, problems, returns (model.md §2.11–12)."""

    cancel_share: float = number("share", 0, 1, A, "returns that are cancellations before dispatch")
    ship_days: float = number("day", 0.1, 60, D, "mean of Gamma(4)")
    promise_short: float = number("day", 1, 60, A, "promise of most goods")
    promise_long: float = number("day", 1, 60, A, "promise of the rest")
    promise_share: float = number("share", 0, 1, A, "goods on the short promise")
    sign_off: int = number("day", 0, 60, V, "escrow is released 7 days after sign-off")
    return_days: int = number("day", 1, 60, A, "from sign-off to refund of a return")
    failure: float = number("prob", 0, 1, A, "service failure of a problem order at s = 0")
    complaint: float = number("prob", 0, 1, A, "complaint after a failure")
    defect: float = number("prob", 0, 1, A, "defective at mean quality")
    defect_quality: float = number("logit/sd", 0, 5, A, "defects a better good is spared")
    live: float = number("logit", -5, 5, D, "returns of live orders")
    video: float = number("logit", -5, 5, D, "returns of video orders")
    insured: float = number("logit", -5, 5, A, "returns under freight insurance; sign V")
    shift: float = number("logit", -5, 5, C, "P13")
    slope: float = number("logit/latent", 0, 5, C, "P13")
    anchor: float = number("latent", -10, 20, C, "judgement at which `base` holds; P13")
    base: tuple[float, ...] = number("prob", 0, 1, V, "return base on the shelf, by category", length=K)
    backlog: float = number("×", 1, 100, A, "orders a day a merchant accepts, in capacities")


@dataclass(frozen=True)
class Satisfy:
    """Judgement of an order and its stock (model.md §2.12)."""

    level: float = number("latent", -10, 20, C, "l0; P14")
    quality: float = number("latent/sd", 0, 5, A, "κ_q; 0–.6")
    delight: float = number("latent/sd", 0, 5, A, "κ₊")
    disappointment: float = number("latent/sd", 0, 5, A, "κ₋, twice κ₊")
    surprise_sd: float = number("sd", 0, 5, A, "luck of the unit received")
    noise: float = number("latent", 0, 5, C, "P14")
    late_max: float = number("stars", 0, 10, D, "Olist: ψ_max")
    late_hill: float = number("–", 0.1, 10, D, "Olist")
    late_half: float = number("day", 0.1, 60, D, "Olist")
    late_scale: float = number("stars/latent", 0.1, 5, D, "stars per latent unit at the mean")
    failure: float = number("latent", 0, 10, A, "ψ_s")
    cuts: tuple[float, ...] = number("latent", -5, 10, D, "star cuts", length=4)
    person_sd: float = number("latent", 0, 5, A, "leniency of a person")
    person_buying: float = number("–", -1, 1, A, "leniency with b_u, a common cause and no effect; 0: unrelated")
    memory: float = number("day", 1, 1000, A, "τ_z")
    step: float = number("–", 0, 1, A, "weight of one order in z")
    mean: float = number("latent", -10, 20, C, "frozen after calibration")
    sd: float = number("latent", 0.01, 10, C, "frozen after calibration")
    returned: float = number("sd", 0, 5, A, "a return's cost in z")
    return_mean: float = number("share", 0, 1, C, "frozen after calibration")
    omega: float = number("share", 0, 1, A, "share of trust that goes to the platform")
    habit_gain: float = number("–", 0, 1, A, "0–.20; the unknown of the newcomer programme")
    habit_start: float = number("0–1", 0, 1, C, "P28: H of long-stayed buyers on the first day, as a year's run has it")
    habit_memory: float = number("day", 1, 1000, A, "decay of habit")
    mindshare_gain: float = number("–", 0, 1, A, "a shelf order makes the platform a place to buy")


@dataclass(frozen=True)
class Survey:
    """NPS survey, word of mouth (model.md §2.13)."""

    level: float = number("points", 0, 10, C, "P15")
    slope: float = number("points/sd", 0, 10, C, "P15")
    noise: float = number("points", 0, 10, C, "P15")
    asked: float = number("prob/day", 0, 1, A, "active buyers asked on a day")
    respond: float = number("prob", 0, 1, A, "answering at a middling score")
    respond_extreme: float = number("logit/point", 0, 2, A, "extremes answer more, per point from 7")
    invite: float = number("1/tie/day", 0, 1, A, "promoters' pull on outside friends")
    dissuade: float = number("×", 0, 10, A, "detractors' weight against promoters'")
    word_of_mouth: bool = number("switch", 0, 1, A, "invitations, peers' adoption and reviews, all off at 0")


@dataclass(frozen=True)
class Churn:
    """Leaving, returning, adopting shopping (model.md §2.13–14)."""

    alpha: float = number("–", 0.01, 50, D, "beta of θ; content .357, shop .425: retention benchmarks")
    beta: float = number("–", 0.01, 50, D, "content .582, shop .535")
    floor: float = number("1/day", 1e-6, 1, D, "1/1500; else no stationary DAU")
    satisfaction: float = number("log hazard/sd", 0, 5, A, "γ_z, .5–2.8; bounded by late-parcel repeat 1.16 V")
    habit: float = number("log hazard", 0, 5, A, "γ_Hh")
    correlation: float = number("–", -1, 1, A, "θ with baseline satisfaction")
    bass_p: float = number("1/year", 0, 5, V, "innovation")
    bass_q: float = number("1/year", 0, 5, D, "imitation; .9 content, .38 others; 309 M, +16.6 % a quarter")
    shoppers: float = number("share", 0, 1, D, "adopted shopping at genesis; P27, P22")
    first_orders: float = number("1/day", 0, 1, C, "first orders of a non-shopper, measured; sets the first day only")
    keen: float = number("sd", 0, 2, C, "by which shoppers' b_u exceeds the mean, measured; sets the first day only")
    keen_sd: float = number("sd", 0.1, 1, C, "spread of shoppers' b_u, measured; sets the first day only")
    idle: float = number("day", 0, 1000, A, "without an order, after which a shopper may give up shopping; P6")
    lapse: float = number("1/day", 0, 1, A, "hazard of giving up shopping once idle; P4, P6")
    lapses: float = number("1/day", 0, 1, C, "shoppers who give up, measured; sets the first day and arrivals only")
    newcomers: float = number("share", 0, 1, A, "of those outside on the first day, who was never on the platform")


@dataclass(frozen=True)
class Ties:
    """The network of the first day (model.md, "Ties"); shapes are measured, means rescaled by one factor each."""

    mean_ties: float = number("users", 0, 1000, A, "mutual strong ties")
    mean_follows: float = number("creators", 0, 1000, A, "followed creators")
    mean_shops: float = number("merchants", 0, 1000, A, "followed shops")
    share_of_targets: float = number("share", 0, 1, A, "a mean never exceeds this share of all there are to tie")
    cap: int = number("ties", 1, 10_000, A, "most of one relation a user holds")
    reach: float = number("share", 0, 1, A, "most one account holds of all users")
    tail_exponent: float = number("–", 1.1, 5, V, "KuaiRand, P1: pdf of follower counts")
    body_exponent: float = number("–", 0.01, 5, C, "small accounts; Gini .90 (P1)")
    correlation: float = number("–", -1, 1, V, "KuaiRand: rank correlation of a user's ties and follows")
    clustering: float = number("prob", 0, 1, A, "two friends know each other, at the mean number of ties")
    clustering_decline: float = number("–", 0, 2, A, "its fall with the number of ties; Ugander 2011 for the sign")
    circle_density: float = number("prob", 0, 1, A, "two of one circle know each other")
    levels: tuple[float, ...] = number("share", 0, 1, V, "KuaiRand-Pure user table, 27,285 users: levels", length=11)
    friends: tuple[float, ...] = number("users", 0, 1e7, V, "KuaiRand-Pure: friends at the levels", length=11)
    followees: tuple[float, ...] = number("accounts", 0, 1e7, V, "KuaiRand-Pure: followees at the levels", length=11)


@dataclass(frozen=True)
class World:
    """All numbers of the model, by the noun they belong to."""

    arrival: Arrival
    needs: Needs
    interest: Interest
    feed: Feed
    rooms: Rooms
    lists: Lists
    choice: Choice
    fulfil: Fulfil
    satisfy: Satisfy
    survey: Survey
    churn: Churn
    ties: Ties
    goods: Goods
    creators: Creators
    merchants: Merchants
    learning: Learning
