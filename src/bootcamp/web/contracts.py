"""What the pages need from the exchange; `bootcamp.exchange.service.Exchange` has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bootcamp.cohort import Cohort

__all__ = [
    "ExchangeLike",
    "ExchangeMaker",
    "FeedbackLike",
    "HandInLike",
    "HomeworkLike",
    "ReceiptLike",
]


class HandInLike(Protocol):
    """A hand-in that was accepted."""

    @property
    def receipt(self) -> str:
        """The number that proves it."""

    @property
    def received_at(self) -> datetime:
        """When it arrived."""

    @property
    def late(self) -> str:
        """How late, in words; empty when it was on time."""

    @property
    def by(self) -> str:
        """Who handed it in for which team, in words; empty when it is a person's own."""


class ReceiptLike(Protocol):
    """The answer to a hand-in."""

    @property
    def message(self) -> str:
        """One sentence for the one who handed in."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look at again; the hand-in counts all the same."""


class FeedbackLike(Protocol):
    """Feedback that a citizen may read."""

    @property
    def score(self) -> float:
        """Points so far."""

    @property
    def max_score(self) -> float:
        """Points to be had."""

    @property
    def awaits_marking(self) -> bool:
        """True while the facilitator's part has no mark."""


class HomeworkLike(Protocol):
    """The state of one homework for one citizen."""

    @property
    def assignment(self) -> str:
        """Its name: `homework-1`."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def session(self) -> int:
        """The session that it follows."""

    @property
    def released_at(self) -> datetime | None:
        """None while citizens cannot see it."""

    @property
    def last_handin(self) -> HandInLike | None:
        """The version that counts."""

    @property
    def feedback(self) -> FeedbackLike | None:
        """What came back."""

    @property
    def due(self) -> str:
        """The deadline in words; empty when there is none."""


class ExchangeLike(Protocol):
    """Homework on its way out and back."""

    def release(self, assignment: str) -> object:
        """Let citizens see a homework."""

    def files(self, assignment: str) -> Mapping[str, bytes]:
        """Give what a citizen receives."""

    def hand_in(self, assignment: str, login: str, files: Mapping[str, bytes]) -> ReceiptLike:
        """Keep a version."""

    def state(self, login: str) -> Sequence[HomeworkLike]:
        """Give the state of each homework for one person."""

    def feedback_html(self, assignment: str, login: str) -> str | None:
        """Give the feedback's document."""


ExchangeMaker = Callable[[Cohort], ExchangeLike]
"""Makes the exchange for a cohort; called again when the cohort file has changed."""
