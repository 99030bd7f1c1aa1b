"""Phase: users judge the platform, and some are asked (users)."""

from sim.jit import kernel
from sim.rules.survey import judge


@kernel
def survey_rows(t, low, high):
    """Let the users of rows [low, high) judge."""
    for i in range(low, high):
        judge(t, i)
    return high
