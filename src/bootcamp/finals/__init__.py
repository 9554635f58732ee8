"""Final runs: each team's notebooks on data that nobody has seen, into results and reports."""

from bootcamp.finals.execution import FinalLimits
from bootcamp.finals.runs import Progress, TeamResult, as_table, latest_run, run

__all__ = ["FinalLimits", "Progress", "TeamResult", "as_table", "latest_run", "run"]
