"""Hours saved a year and what they are worth: what goes in with its source, what comes out.

Pure arithmetic. The teams' ROI notebook and the final runs use the same functions, so this package
imports numpy, the standard library and the lowest layer of `bootcamp` only. The formulae stand in
`hours` and `cash`, with what the letters mean.

What the tool did comes from counts (`Quality`): its error rate follows
Beta(errors + 1, handled - errors + 1), the posterior of a rate under a flat prior (Bayes, Laplace);
the share handled likewise. Minutes come from the timing log by the bootstrap (Efron 1979) where
there is one. All else is triangular between low, mode and high, as in Hubbard, "How to Measure
Anything".
"""

from pathlib import Path

from bootcamp.language import Texts
from bootcamp.roi.cash import Cash, Month
from bootcamp.roi.draws import Interval
from bootcamp.roi.hours import Result, Swing, hours_a_year, naive_hours, simulate
from bootcamp.roi.inputs import (
    FIELDS,
    MONEY,
    Evidence,
    Field,
    Input,
    Inputs,
    Quality,
    Timings,
    checked_row,
    read_inputs,
    read_quality,
    read_timings,
)
from bootcamp.wording import chance, euros, exact, percent, rounded, whole

__all__ = [
    "FIELDS",
    "MONEY",
    "Cash",
    "Evidence",
    "Field",
    "Input",
    "Inputs",
    "Interval",
    "Month",
    "Quality",
    "Result",
    "Swing",
    "Timings",
    "chance",
    "checked_row",
    "euros",
    "exact",
    "hours_a_year",
    "naive_hours",
    "percent",
    "read_inputs",
    "read_quality",
    "read_timings",
    "rounded",
    "simulate",
    "whole",
    "words",
]

words = Texts(Path(__file__).parent / "locale", "roi")
"""What the ROI notebook says, in the language of the cohort."""
