"""What a bootcamp notebook imports: ask a model, check, hint, load cases, hand homework in."""

# The two modules of exercises register themselves; nothing else has to know their names.
from bootcamp.kit import homework_1, plain_errors, session_1
from bootcamp.kit.asking import ask
from bootcamp.kit.cases import load_cases
from bootcamp.kit.checking import check
from bootcamp.kit.handing_in import submit
from bootcamp.kit.hinting import hint

__all__ = ["ask", "check", "hint", "load_cases", "submit"]

_EXERCISES = (session_1, homework_1)
plain_errors.install()
