"""Phase: what the recommender believes of each user follows the user's own day."""

from sim.jit import kernel
from sim.rules.learn import learn_user
from sim.tables import Tables


@kernel
def learn_users_rows(t: Tables, low: int, high: int) -> int:
    """Update the factors of the users of rows [low, high)."""
    for i in range(low, high):
        learn_user(t, i)
    return high
