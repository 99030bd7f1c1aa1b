"""Reports of the lab: one self-contained page in English or Chinese, Markdown, and figures with their data."""
from sim.lab.report.dose import DoseCurve, dose_figure
from sim.lab.report.factorial import Interaction, MainEffect, effects_figure
from sim.lab.report.write import write_chart, write_report

__all__ = ["DoseCurve", "Interaction", "MainEffect", "dose_figure", "effects_figure", "write_chart", "write_report"]
