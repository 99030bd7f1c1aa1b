"""The lab's statistics: pure functions on arrays whose last axis is the replications. The unit is a world."""
