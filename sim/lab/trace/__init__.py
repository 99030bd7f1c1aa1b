"""The decision trace: what one user saw, felt and did on one day, heard from the rules themselves.

`trace_user(model, user)` lives the model's next day and returns a `Trace`; the day is the untraced one to the last bit.
"""
from sim.lab.trace.records import Choice, Impression, Option, Room, Shelf, Trace
from sim.lab.trace.trace import someone_who_orders, trace_user

__all__ = ["Choice", "Impression", "Option", "Room", "Shelf", "Trace", "someone_who_orders", "trace_user"]
