"""The trace of interest that content leaves in a category, and whose content it was."""

from sim.jit import kernel


@kernel
def exciter(presenter, live):
    """An account and the venue of its content as one number: 2·(presenter + 1) + live; 0 is left for nobody."""
    return 2 * (presenter + 1) + live


@kernel
def excite(num, u, k, clicks, presenter, live):
    """Content adds to the trace of category k; who lifts it to what counts as excited is remembered as who excited.

    A good shown among others in a room leaves a trace too faint to count: whoever adds to it takes its place.
    """
    if u.intent[k] < num.needs_excited:
        u.excited_by[k] = exciter(presenter, live)
    u.intent[k] += clicks
