"""Pictures of one run, drawn without a display and without shared state: the panel of six, and the funnel."""
from sim.figures.branches import funnel, funnel_figure
from sim.figures.incomes import incomes, incomes_figure
from sim.figures.six import panel, panel_figure

__all__ = ["funnel", "funnel_figure", "incomes", "incomes_figure", "panel", "panel_figure"]
