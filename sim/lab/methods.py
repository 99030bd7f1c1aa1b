"""How a study was done, in prose for the report's methods section, in English or Chinese."""
from __future__ import annotations

from sim.lab.guardrails import rails_of
from sim.lab.phrases import label, phrases
from sim.lab.settings import Statistics
from sim.lab.study import Study


def methods(study: Study, n: int) -> str:
    """The methods of a study over `n` paired worlds."""
    config, stats, part = study.config, study.stats, phrases("methods", study.lang)
    rails = ", ".join(f"{rail.label} {rail.words(study.lang)}" for rail in rails_of(stats.margins))
    return part["text"].format(
        n=n, primary=label(study.primary, study.lang), control=study.control, horizon=config.horizon,
        burn_in=config.burn_in, population=config.population.name, era=config.era.name, block=config.block,
        hash=study.primary_key[:12], confidence=100 * stats.confidence, skew=stats.skew, resamples=stats.resamples,
        relative=part[stats.relative], several=part["several"] if len(study.treated) > 1 else "",
        family=part["bh" if study.verb == "sweep" else "holm"], rails=rails, stopping=stopping(stats, study.lang))


def stopping(stats: Statistics, lang: str) -> str:
    """What ends the sampling."""
    part = phrases("methods", lang)
    if stats.precision is None:
        return part["all"]
    return part["precise"].format(width=stats.half_width, look_ahead=stats.look_ahead, n_min=stats.n_min)
