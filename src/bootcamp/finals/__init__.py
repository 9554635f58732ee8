"""Final runs: each team's notebooks on data that nobody has seen, into results and reports."""

from bootcamp.finals.execution import FinalLimits
from bootcamp.finals.results import Progress, TeamResult, as_table
from bootcamp.finals.runs import latest_run, run

__all__ = ["FinalLimits", "Progress", "TeamResult", "as_table", "latest_run", "run"]
