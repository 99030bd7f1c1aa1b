"""The numbers of supply and of the recommender: goods, creators, merchants, learning; see sim/parameters.py."""

from dataclasses import dataclass

from sim.schema import number

K = 12  # categories
C, A, D, V = "C", "A", "D", "V"


@dataclass(frozen=True)
class Goods:
    """The catalogue (model.md §3)."""

    median_price: tuple[float, ...] = number("yuan", 1, 1e5, D, "P22: order value median ¥52, mean ¥71–75", length=K)
    share: tuple[float, ...] = number("share", 0, 1, A, "goods by category", length=K)
    price_sd: float = number("ln", 0, 3, D, "spread of list prices within a category")
    outside_sd: float = number("ln", 0, 2, A, "spread of outside prices")
    outside_discount: float = number("ln", -1, 1, A, "±.1")
    cost_mean: float = number("share of list", 0, 1, A, "cost of goods")
    cost_sd: float = number("share of list", 0, 1, A, "spread of cost")
    within: float = number("–", 0, 5, A, "spread of a product around its merchant's line")
    category_pull: float = number("–", 0, 5, A, "pull of the category's centre on a line")
    role_traffic: float = number("share", 0, 1, A, "引流 goods: cheap, thin margin")
    role_repurchase: float = number("share", 0, 1, A, "复购 goods")
    domestic: float = number(
        "share", 0, 1, A, "firms of a domestic brand; AliResearch (Eastday, 11 May 2020): 8 of 10 goods bought online")
    content_noise: float = number("–", 0, 10, A, "error of the content embedding a new item starts from")
    stock_days: float = number("day", 0, 1000, A, "cover bought at a restock")
    reorder_days: float = number("day", 0, 1000, A, "cover at which a restock is ordered")
    stock_floor: float = number("units", 0, 1e9, A, "smallest restock")
    memory: float = number("day", 1, 1000, A, "behind a good's trailing orders and clicks in lists and ranking")
    click_weight: float = number("clicks/day", 0.01, 1e4, A, "clicks that halve a good's own conversion record")
    review_weight: float = number("reviews", 0, 1e4, A, "shrinkage of reputation to the mean")


@dataclass(frozen=True)
class Creators:
    """Creators' careers (model.md §2.16)."""

    reserve: float = number("share", 0, 1, A, "rows not active at the start, the dormant included")
    dormant: float = number("share", 0, 1, D, "rows dormant at the start; stationary with entry, retire, comeback")
    wage_median: float = number("yuan/hour", 0, 1e4, A, "reservation wage")
    wage_sd: float = number("ln", 0, 3, A, "spread")
    patience: int = number("sessions", 1, 1000, A, "sessions below the wage before hours are cut")
    income_memory: float = number("sessions", 1, 1000, A, "EWMA of income per hour live")
    cut: float = number("×", 0, 1, A, "hours after a cut")
    quit_hours: float = number("hour", 0, 24, A, "room length below which the creator goes dormant")
    pause: float = number("1/day", 0, 1, A, "active creators who stop for reasons outside the model")
    comeback: float = number("1/day", 0, 1, A, "dormant creators who try again")
    retire: float = number("1/day", 0, 1, A, "dormant creators who leave for good")
    entry: float = number("1/day", 0, 1, D, "reserve rows that start a career; stationary stock")
    skill_a: float = number("–", 0.1, 50, D, "beta of talent")
    skill_b: float = number("–", 0.1, 50, D, "beta of talent")
    style_sd: float = number("logit", 0, 5, A, "spread of content style")
    style_try: float = number("prob/week", 0, 1, A, "trying another style; kept if better")
    style_weeks: int = number("week", 1, 26, A, "length of a trial of another style")
    style_memory: float = number("week", 1, 1000, A, "how fast the attraction of a style wears off")
    hype_sd: float = number("sd", 0, 5, A, "overstating of quality")
    candidates: int = number("goods", 1, 512, A, "offers looked at a week; grows with the tier")
    contract: float = number("week", 1, 100, A, "mean length of a contract over a good")
    fit: float = number("–", 0, 5, A, "weight of taste fit in choosing offers")
    draw: float = number("yuan/click", 0, 10, A, "what viewers are worth to a host whom a traffic good draws")
    risk: float = number("yuan/sd", 0, 100, A, "price of a poor good's reputation risk")
    mcn_share: float = number("share", 0, 1, A, "creators under an MCN")
    mcn_cut: float = number("share", 0, 1, A, "MCN's share of commission")
    head: float = number("share", 0, 1, V, "top .1 % of selling hosts; at least 1")
    waist: float = number("share", 0, 1, V, "next 10 %")
    sales_memory: float = number("day", 1, 1000, A, "EWMA of GMV presented")
    slot_fee: float = number("share", 0, 5, A, "pit fee of a head host, in shares of a day's GMV per good")


@dataclass(frozen=True)
class Merchants:
    """Merchants' business (model.md §2.17–18)."""

    reserve: float = number("share", 0, 1, A, "rows that start outside the market")
    service_a: float = number("–", 0.1, 50, A, "beta of service")
    service_b: float = number("–", 0.1, 50, A, "beta of service")
    service_cost: float = number("yuan/order", 0, 100, A, "cost of full service")
    fixed: float = number("yuan/day", 0, 1e5, A, "fixed cost")
    fixed_share: float = number("share", 0, 1, A, "fixed cost in shares of 90-day mean daily GMV")
    opening_days: float = number("day", 0, 1000, A, "opening cash, in days of fixed cost")
    working_days: float = number("day", 0, 100, A, "sales that owners of running firms bridge while escrow holds them")
    salvage: float = number("share", 0, 1, A, "value of stock at exit")
    capacity: float = number("×", 0, 100, A, "capacity over 28-day mean orders")
    capacity_plus: float = number("orders/day", 0, 1e6, A, "capacity of a beginner")
    capacity_memory: float = number("day", 1, 1000, A, "how slowly capacity follows orders")
    host_wage: float = number("yuan/hour", 0, 1e4, A, "host of an own room")
    fee: float = number("share", 0, 1, V, "platform fee .02–.05")
    cps_mean: float = number("share", 0, 1, V, "commission .10–.30")
    cps_sd: float = number("share", 0, 1, A, "spread of commission")
    parcel: float = number("yuan", 0, 100, A, "a parcel")
    return_freight: float = number("yuan", 0, 100, A, "freight of a return")
    premium: float = number("×", 0, 10, A, "insurer's loading on P(return)·freight")
    ads: float = number("share", 0, 1, A, "ad budget in shares of GMV; CPM ¥50–150")
    ad_step: float = number("–", 0, 1, A, "daily adjustment of bids to the budget")
    temperature: float = number("–", 0.01, 10, A, "softmax of the channel bandit")
    bandit_noise: float = number("cv", 0, 5, A, "noise of attributed returns; .3 with the data product")
    bandit_prior: float = number("day", 0, 1000, A, "of usual sales, by which a week's reading of channels is shrunk")
    bandit_memory: float = number("day", 1, 365, A, "window of the bandit")
    bandit_floor: float = number("share", 0, 0.2, A, "smallest effort in a channel")
    price_step: float = number("ln/week", 0, 0.5, A, "hill-climbing step of prices")
    markup: float = number("share of cost", 0, 10, D, "cost_plus: what makes cost 57 % of the price; cost of goods")
    price_low: float = number("share of list", 0.1, 1, A, "lowest shelf price")
    price_high: float = number("share of list", 1, 3, A, "highest shelf price")
    service_step: float = number("–/week", 0, 0.5, A, "investment step of service")
    quality_step: float = number("sd/week", 0, 0.5, A, "investment step of quality")
    drift: float = number("–/week", 0, 0.5, A, "product line moves to its buyers")
    entry: float = number("1/day", 0, 1, D, "reserve rows that open a shop; .3–.6 % of stock")
    close: float = number("1/day", 0, 1, A, "open firms that close for reasons outside the model")
    loss_days: float = number("day", 1, 2000, A, "window of the loss that ends a firm")
    score_days: float = number("day", 1, 365, V, "window of the experience score")
    score_weight: float = number("orders", 0, 1e4, A, "shrinkage of the score to the mean")
    content_worst: float = number("share", 0.01, 1, A, "quality returns at which the content part is 1 point")
    service_worst: float = number("share", 0.01, 1, A, "late parcels and complaints at which service is 1 point")
    quality_cost: float = number("day/sd", 0, 1e4, A, "price of quality: days of sales for one sd")
    shop_follow_own: float = number("prob", 0, 1, A, "following the shop after an order in its own room or list")
    shop_follow_creator: float = number("prob", 0, 1, A, "after an order with a creator")
    shop_follow_head: float = number("prob", 0, 1, A, "after an order with a head host")
    insured_share: float = number("share", 0, 1, A, "merchants who insure return freight")


@dataclass(frozen=True)
class Learning:
    """The recommender's learning and ranking (model.md §2.4, §2.15)."""

    user_rate: float = number("1/logit", 0, 2, C, "first step of a user's factors; learning curve, P8")
    item_rate: float = number("1/logit", 0, 2, C, "first step of an item's factors; learning curve, P8")
    item_weight: float = number("impressions", 1, 1e7, C, "impressions that halve an item's step")
    user_weight: float = number("impressions", 1, 1e7, C, "impressions that halve a user's step")
    user_memory: float = number("impressions", 1, 1e9, C, "in which what is believed of a user fades; P8 and P28")
    item_memory: float = number("impressions", 1, 1e9, A, "from which on an item's step shrinks no more")
    user_longest: float = number("–", 0.1, 100, A, "bound on the length of a user's factors; a known taste has ρ_m √d")
    item_longest: float = number("–", 0.1, 100, A, "bound on the length of an item's factors; they start at 1")
    slope: float = number("logit", 0, 10, D, "watching in the learned match: watch_1 blurred by unlearnable interest")
    room_slope: float = number("logit", 0, 10, D, "entering a room in the learned match: entry_interest, blurred")
    click_slope: float = number("logit", 0, 10, D, "clicking in the learned match: click_1, blurred")
    order_slope: float = number("logit", 0, 10, D, "ordering in the learned match: v1 of choice, blurred")
    position: float = number("1/slot", 0, 1, A, "attention lost at each slot of the feed that learning allows for")
    bias_rate: float = number("–", 0, 1, A, "daily step of the base rates")
    rate_weight: float = number("events", 1, 1e7, A, "a day's events that halve a base rate's step")
    engage: float = number("–", 0, 10, A, "w_e")
    gmv: float = number("1/yuan", 0, 10, A, "w_g")
    experience: float = number("1/point", 0, 10, A, "w_x; set by experience_ranking")
    probes: int = number("clusters", 1, 10000, C, "least number of clusters searched; sets the recall")
    probes_root: float = number("–", 0, 100, C, "clusters searched per √clusters: recall ≥ .90 at any catalogue size")
    exact_below: int = number("cards", 0, 1e7, A, "catalogues searched whole")
    cold: float = number("–", 0, 5, A, "length of a new user's factors towards the average")
