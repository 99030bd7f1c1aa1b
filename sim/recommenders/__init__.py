"""Who fills the commerce slots: kinds of recommender, the index they search, and how well it finds."""

from sim.tables import INTEREST, ORACLE, POPULARITY, RANDOM

# name in the configuration -> value of modes[RECOMMENDER] in kernels
KINDS = {"interest": INTEREST, "popularity": POPULARITY, "random": RANDOM, "oracle": ORACLE}
