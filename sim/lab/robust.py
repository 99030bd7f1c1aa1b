"""What the futures say of a verdict: in how many of them the sign holds, and which parameter turns it."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.lab.effects import Ensemble, Robustness
from sim.lab.futures import Dimension
from sim.lab.phrases import phrases
from sim.lab.stats.multiple import holm
from sim.lab.stats.proportions import Share, wilson
from sim.lab.stats.ranks import spearman


@dataclass(frozen=True)
class Verdicts:
    """What a study found of its arms' primary effects: size, and whether it is clear once adjusted."""

    delta: Mapping[str, float]
    clear: Mapping[str, bool]
    confidence: float = 0.95
    lang: str = "en"

    @property
    def alpha(self) -> float:
        """The adjusted p up to which a correlation is significant."""
        return 1.0 - self.confidence


def ensemble(found: Verdicts, dims: Sequence[Dimension], numbers: Sequence[int], values: np.ndarray,
             effects: Mapping[str, np.ndarray], n: int, refused: Sequence[str] = ()) -> Ensemble:
    """The verdict over futures: `values` (futures, parameters), `effects` of each arm (futures,), NaN where failed.

    An arm whose own effect the study does not know is left out.
    """
    ranks = {arm: spearman(values, row) for arm, row in effects.items() if np.isfinite(found.delta[arm])}
    p = holm(np.concatenate([np.zeros(0), *(one.p for one in ranks.values())])).reshape(len(ranks), len(dims))
    rows = [robustness(arm, effects[arm], one.rho, adjusted, found, dims)
            for (arm, one), adjusted in zip(ranks.items(), p, strict=True)]
    return Ensemble(n, tuple(one.key for one in dims), np.array([one.low for one in dims]),
                    np.array([one.high for one in dims]), tuple(one.source for one in dims), np.array(numbers, int),
                    values, tuple(rows), tuple(refused), found.alpha)


def robustness(arm: str, effects: np.ndarray, rho: np.ndarray, p: np.ndarray, found: Verdicts,
               dims: Sequence[Dimension]) -> Robustness:
    """One arm's row, with its sentence."""
    known = effects[np.isfinite(effects)]
    sign = int(np.sign(found.delta[arm]))
    share = wilson(int((np.sign(known) == sign).sum()), len(known), found.confidence)
    words = sentence(arm, sign, share, effects, blame(rho, p, found.alpha), rho, found, dims)
    return Robustness(arm, sign, effects, share.value, share.low, share.high, rho, p, words)


def blame(rho: np.ndarray, p: np.ndarray, alpha: float) -> int | None:
    """The parameter with the strongest rank correlation, if its adjusted p is significant; else None."""
    if not np.isfinite(rho).any():
        return None
    top = int(np.nanargmax(np.abs(rho)))
    return top if p[top] <= alpha else None


def sentence(arm: str, sign: int, share: Share, effects: np.ndarray, top: int | None, rho: np.ndarray, found: Verdicts,
             dims: Sequence[Dimension]) -> str:
    """`the sign holds in x % of k futures; flips when <parameter> is high`."""
    say = phrases("futures", found.lang)
    k = int(np.isfinite(effects).sum())
    if not k:
        return say["unknown"].format(arm=arm) + say["end"]
    value, low, high = (f"{100 * part:.0f} %" for part in share)
    text = say["holds" if sign else "nothing"].format(arm=arm, share=value, k=k, confidence=100 * found.confidence,
                                                      low=low, high=high)
    text += "" if found.clear[arm] or not sign else say["open"]
    lost = say["lost"].format(lost=len(effects) - k) if k < len(effects) else ""
    return text + say_why(sign, share.value < 1.0, top, rho, say, dims) + lost + say["end"]


def say_why(sign: int, flips: bool, top: int | None, rho: np.ndarray, say: Mapping[str, str],
            dims: Sequence[Dimension]) -> str:
    """What turns the sign; where nothing does, what the size hangs on; empty where nothing is found either."""
    if top is None:
        return say["unexplained"] if flips else ""
    told = {"key": dims[top].key, "rho": f"{rho[top]:+.2f}".replace("-", "−")}
    if not (flips and sign):
        return (say["unexplained"] if flips else "") + say["moves"].format(**told)
    return say["flips_low" if sign * rho[top] > 0 else "flips_high"].format(**told)
