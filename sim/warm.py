"""`icsim warm`: compile every kernel once, so that the first run starts at once."""

from time import perf_counter

from sim.compose import configure
from sim.jit import cache_home, prune_cache
from sim.model import InterestCommerceModel

TOY = ("population=toy", "horizon=2", "burn_in=0", "check=true", "policy=[subsidy]")


def warm() -> int:
    """Compile the kernels into the user's cache by living two days of a toy world with a policy; returns 0."""
    print("compiling the model's kernels: two to four minutes after installation, later only what an edit reaches …",
          flush=True)
    started = perf_counter()
    model = InterestCommerceModel(configure(*TOY))
    for _ in range(2):
        model.step()
    removed = prune_cache()
    print(f"ready in {perf_counter() - started:.0f} s; kernels in {cache_home()}"
          + (f"; {len(removed)} unused sets removed" if removed else ""))
    return 0
