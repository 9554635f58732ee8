"""How budgets stand, as the facilitator and a citizen see it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bootcamp.cohort import Budgets, ModelPrice, save_cohort
from bootcamp.store.usage import Books, Reservation, Settlement
from bootcamp.store.usage import Budgets as Limits
from tests.web.conftest import PREFIX, Service, cohort


def use(service: Service, login: str, team: str | None, tokens: int, **more: object) -> None:
    """Let somebody use so many tokens; `open` leaves the call without its settlement."""
    name = f"{login}-{tokens}-{len(more)}"
    money = int(str(more.get("money", 0)))
    books = Books(service.store, Limits())
    books.write(
        [Reservation(name, "gateway", login, team, "user", "m", "upstream", tokens, money=money)]
    )
    if not more.get("open"):
        simulated = bool(more.get("simulated"))
        books.write(
            [Settlement(name, "answered", "m", tokens, 0, 5, money=money, simulated=simulated)]
        )
    books.close()


@pytest.fixture
def used(service: Service) -> Service:
    """Everything that a page can have to say."""
    limits = Budgets(
        citizen_tokens=100_000,
        team_tokens=200_000,
        cohort_money=Decimal(10),
        team_money=Decimal(4),
        currency="EUR",
    )
    prices = (ModelPrice(model="*", input_per_million=Decimal(1), output_per_million=Decimal(2)),)
    save_cohort(cohort(budgets=limits, prices=prices), service.data.cohort_file)
    use(service, "amina", "teal", 85_000, money=1_250_000_000)
    use(service, "bruno", "teal", 120_000, money=2_000_000_000)
    use(service, "chloe", "amber", 30_000, simulated=True)
    use(service, "daniel", "amber", 4_000, open=True, money=500_000_000)
    use(service, "final-teal", "teal", 700)
    return service


def test_the_facilitator_sees_everybody_with_words_beside_each_bar(used: Service) -> None:
    browser = used.browser("frances")
    assert f'href="{PREFIX}budgets"' in browser.get().text
    page = " ".join(browser.get("budgets").text.split())
    for words in (
        "Whole cohort",
        "Team Teal",
        "Amina Birch",
        "Elena Ford",
        "final-teal",
        "85,000 of 100,000",
        "Nearly used up",
        "120,000 of 100,000",
        "Used up",
        "3.75 of 10.00",
        "3.25 of 4.00",
        "239,700 tokens</span>, no limit",
        "30,000 simulated",
        "of which 4,000 set aside for open calls",
        "of which 0.50 set aside for open calls",
    ):
        assert words in page, words
    assert page.count("<progress") == page.count("% </progress>") + page.count(" %</progress>")


def test_without_prices_there_is_no_word_of_money(service: Service) -> None:
    page = service.browser("frances").get("budgets").text
    assert "Money" not in page
    assert "USD" not in page


def test_a_citizen_sees_the_own_and_the_teams_and_nobody_elses(used: Service) -> None:
    browser = used.browser("chloe")
    page = " ".join(browser.get().text.split())
    assert "Your model budget" in page
    assert "30,000 of 100,000" in page
    assert "34,000 of 200,000" in page
    assert "0.50 of 4.00" in page
    assert "30,000 of your tokens were counted by the practice model" in page
    for other in ("85,000", "120,000", "205,700", "10.00"):
        assert other not in page
    answer = browser.get("budgets")
    assert answer.status_code == 403
    assert "for facilitators" in answer.text


def test_who_has_no_team_sees_the_own_budget(used: Service) -> None:
    page = used.browser("elena").get().text
    assert "0 of 100,000" in " ".join(page.split())
    assert "200,000" not in page
