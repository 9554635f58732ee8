"""From the cohort file to what the gateway keeps to: budgets, prices and rates."""

from __future__ import annotations

from bootcamp.cohort import Cohort
from bootcamp.gateway.prices import Price, Prices
from bootcamp.gateway.rates import Rates
from bootcamp.store.usage import Budgets

__all__ = ["budgets_of", "prices_of", "rates_of"]


def budgets_of(cohort: Cohort) -> Budgets:
    """Give the cohort's budgets, which are for the whole bootcamp."""
    return Budgets.of_cohort(cohort.budgets)


def prices_of(cohort: Cohort) -> Prices:
    """Give the cohort's price table."""
    table = {
        entry.model: Price(entry.input_per_million, entry.output_per_million)
        for entry in cohort.prices
    }
    return Prices(table, required=cohort.budgets.limits_money)


def rates_of(cohort: Cohort) -> Rates:
    """Give the rates that hold for each citizen."""
    return Rates(
        requests_per_minute=cohort.budgets.requests_per_minute,
        tokens_per_minute=cohort.budgets.tokens_per_minute,
    )
