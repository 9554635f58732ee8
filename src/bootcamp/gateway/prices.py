"""What calls cost: the cohort's price table, in whole billionths so that sums are exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from bootcamp.cohort import Cohort
from bootcamp.gateway.practice import MODEL_NAME
from bootcamp.gateway.wire import GatewayProblem

__all__ = ["OTHERS", "Price", "Prices"]

OTHERS = "*"
"""Names, in the price table, every model that is not in it."""


@dataclass(frozen=True)
class Price:
    """What a model costs, in the cohort's currency per million tokens."""

    input_per_million: Decimal
    output_per_million: Decimal

    def cost(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Give what the tokens cost in billionths, rounded up."""
        exact = prompt_tokens * self.input_per_million + completion_tokens * self.output_per_million
        return int((exact * 1000).to_integral_value(ROUND_CEILING))


_FREE = Price(Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Prices:
    """The price of each model by its service's own name; without a table, money is not counted."""

    table: Mapping[str, Price] = field(default_factory=dict)
    required: bool = False
    """Whether a model without a price is refused although the table is empty."""

    @classmethod
    def of_cohort(cls, cohort: Cohort) -> Prices:
        """Give the cohort's price table."""
        table = {
            entry.model: Price(entry.input_per_million, entry.output_per_million)
            for entry in cohort.prices
        }
        return cls(table, required=cohort.budgets.limits_money)

    def most(self, models: Iterable[str], tokens: int) -> int:
        """Give the most, in billionths, that so many tokens of one of these models may cost.

        Raises:
            GatewayProblem: one of them has no price.
        """
        return max(
            max(price.cost(tokens, 0), price.cost(0, tokens)) for price in map(self.of, models)
        )

    def cost(self, model: str, prompt_tokens: int, completion_tokens: int) -> int | None:
        """Give what a call has cost in billionths; None where the model has no price."""
        try:
            return self.of(model).cost(prompt_tokens, completion_tokens)
        except GatewayProblem:
            return None

    def of(self, model: str) -> Price:
        """Give a model's price.

        Raises:
            GatewayProblem: the table has none for it.
        """
        if model == MODEL_NAME:
            return _FREE
        price = self.table.get(model) or self.table.get(OTHERS)
        if price is not None:
            return price
        if not self.table and not self.required:
            return _FREE
        raise GatewayProblem(
            400,
            f"The model '{model[:80]}' has no price, so its use cannot be counted against the "
            "budgets. Tell your facilitator: the cohort file needs a [[prices]] entry for it, or "
            f"one for '{OTHERS}', which stands for all others.",
            kind="invalid_request_error",
            param="model",
            code="price_unknown",
        )
