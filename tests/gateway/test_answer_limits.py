"""An answer is never longer than what was set aside for it, however little the caller said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

import openai
import pytest

from bootcamp.gateway.cache import Cache
from bootcamp.gateway.prices import Price, Prices
from bootcamp.store import Store
from bootcamp.store.usage import Books, Budgets, BudgetSpent, Lowered

from .books import reservation, standing
from .conftest import Gateway, Opener
from .outside.upstreams import Asked, ScriptedUpstream, chunk, completion, head, whole

ASK = [{"role": "user", "content": "Hello"}]
PRICES = Prices({"vendor-mini": Price(Decimal("0.15"), Decimal("0.60"))})
LIMITS = ("max_tokens", "max_completion_tokens")


@dataclass
class Talkative:
    """Would write `words` tokens; heeds the limit by the name that it knows, as services do."""

    words: int = 100_000
    heeds: tuple[str, ...] = LIMITS
    refuses: tuple[str, ...] = ()
    limits: list[dict[str, int]] = field(default_factory=list)

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        given = {name: asked.body[name] for name in LIMITS if asked.body.get(name)}
        self.limits.append(given)
        for name in given:
            if name in self.refuses:
                error = {
                    "message": f"Unsupported parameter: '{name}' is not supported with this model.",
                    "type": "invalid_request_error",
                    "param": name,
                    "code": "unsupported_parameter",
                }
                writer.write(whole({"error": error}, 400))
                await writer.drain()
                return
        said = min([self.words, *(most for name, most in given.items() if name in self.heeds)])
        said *= asked.body.get("n") or 1
        usage = {"prompt_tokens": 9, "completion_tokens": said, "total_tokens": 9 + said}
        if asked.body.get("stream"):
            writer.write(head(200, "text/event-stream") + chunk({"content": "word "}))
            writer.write(chunk({}, "length") + chunk(None, usage=usage) + b"data: [DONE]\n\n")
        else:
            writer.write(whole(completion("word " * 5, usage=usage)))
        await writer.drain()


def ask(gateway: Gateway, **more: object) -> None:
    given = {"model": "bootcamp-small", "messages": ASK, **more}
    answer = gateway.client(max_retries=0).chat.completions.create(**given)  # type: ignore[call-overload]
    if more.get("stream"):
        assert list(answer)


@pytest.mark.parametrize("more", [{}, {"n": 3}, {"stream": True}, {"max_tokens": None}])
def test_an_open_end_is_closed_at_what_was_set_aside(
    open_gateway: Opener, more: dict[str, object]
) -> None:
    talkative = Talkative()
    with ScriptedUpstream(talkative).serve() as url:
        gateway = open_gateway(upstream_url=url, parts={"answer_tokens": 700})
        ask(gateway, **more)
    assert talkative.limits == [{"max_tokens": 700}]
    (call,) = gateway.calls()
    assert 700 < call.tokens <= call.reserved_tokens


@pytest.mark.parametrize("name", LIMITS)
def test_the_callers_own_limit_goes_along_as_it_is(open_gateway: Opener, name: str) -> None:
    talkative = Talkative()
    with ScriptedUpstream(talkative).serve() as url:
        ask(open_gateway(upstream_url=url), **{name: 50})
    assert talkative.limits == [{name: 50}]


def test_of_two_limits_the_larger_one_is_set_aside(open_gateway: Opener) -> None:
    talkative = Talkative(heeds=("max_tokens",))
    with ScriptedUpstream(talkative).serve() as url:
        gateway = open_gateway(upstream_url=url)
        ask(gateway, max_tokens=5_000, max_completion_tokens=10)
    (call,) = gateway.calls()
    assert call.tokens <= call.reserved_tokens


def test_responses_are_limited_too(open_gateway: Opener) -> None:
    talkative = Talkative()
    with ScriptedUpstream(talkative).serve() as url:
        gateway = open_gateway(upstream_url=url, parts={"answer_tokens": 300})
        gateway.client().responses.create(model="bootcamp-small", input="Hello")
    assert talkative.limits == [{"max_tokens": 300}]


def test_a_model_that_wants_the_limit_by_its_other_name_is_asked_once_in_vain(
    open_gateway: Opener,
) -> None:
    talkative = Talkative(heeds=LIMITS[1:], refuses=LIMITS[:1])
    with ScriptedUpstream(talkative).serve() as url:
        gateway = open_gateway(upstream_url=url, parts={"answer_tokens": 300})
        ask(gateway)
        ask(gateway)
    assert [list(given) for given in talkative.limits] == [[LIMITS[0]], [LIMITS[1]], [LIMITS[1]]]
    assert [call.outcome for call in gateway.calls()] == ["answered"] * 2


def test_a_refusal_of_something_else_is_passed_on_at_once(open_gateway: Opener) -> None:
    async def refuses(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        error = {"message": "Unsupported value: 'temperature'.", "param": "temperature"}
        writer.write(whole({"error": error}, 400))
        await writer.drain()

    upstream = ScriptedUpstream(refuses)
    with (
        upstream.serve() as url,
        pytest.raises(openai.BadRequestError, match="temperature"),
    ):
        ask(open_gateway(upstream_url=url), temperature=7)
    assert len(upstream.asked) == 1


@pytest.mark.parametrize("what", ["tokens", "money"])
def test_the_last_answer_is_cut_to_what_a_budget_has_left(open_gateway: Opener, what: str) -> None:
    """Call after call, without a limit by the caller, until the budget is gone: never past it."""
    most = {"tokens": 10_000, "money": 10_000 * 600}[what]
    talkative = Talkative()
    with ScriptedUpstream(talkative).serve() as url:
        gateway = open_gateway(
            upstream_url=url,
            budgets=Budgets(**{f"team_{what}": most}),
            parts={"prices": PRICES, "answer_tokens": 4_000},
        )

        def ask_on() -> None:
            while True:
                ask(gateway)

        with pytest.raises(openai.RateLimitError, match="left, and this call may need") as caught:
            ask_on()
    assert caught.value.code == "insufficient_quota"
    limits = [given["max_tokens"] for given in talkative.limits]
    assert limits[:2] == [4_000, 4_000]
    assert 100 <= limits[2] < 4_000
    used = getattr(standing(gateway.store, "team", "orange"), what)
    assert most * 0.97 < used <= most


@pytest.mark.parametrize("stream", [False, True])
def test_who_ignores_the_limit_is_recorded_whole_and_the_next_call_is_refused(
    open_gateway: Opener, stream: bool
) -> None:
    talkative = Talkative(words=9_000, heeds=())
    with ScriptedUpstream(talkative).serve() as url:
        gateway = open_gateway(
            upstream_url=url,
            budgets=Budgets(citizen_tokens=5_000, citizen_money=5_000 * 600),
            parts={"prices": PRICES},
        )
        ask(gateway, stream=stream)
        with pytest.raises(openai.RateLimitError, match="is used up"):
            ask(gateway, stream=stream)
        assert len(talkative.limits) == 1
        (call,) = gateway.calls()
        assert (call.tokens, call.money) == (9_009, 9 * 150 + 9_000 * 600)
        # What costs nothing goes on, as far as tokens are left.
        gateway.client("token-ben").chat.completions.create(model="practice-1", messages=ASK)


def test_an_answer_cut_to_a_budget_is_not_what_the_team_gets_again(open_gateway: Opener) -> None:
    talkative = Talkative()
    with ScriptedUpstream(talkative).serve() as url:
        gateway = open_gateway(
            upstream_url=url,
            budgets=Budgets(citizen_tokens=1_000),
            parts={"cache": Cache(), "answer_tokens": 4_000},
        )
        ask(gateway)
        gateway.client("token-ben").chat.completions.create(model="bootcamp-small", messages=ASK)
    assert len(talkative.limits) == 2


class TestBooks:
    def test_lower_to_the_smallest_that_any_budget_has_left(self, store: Store) -> None:
        books = Books(store, Budgets(citizen_tokens=800, team_tokens=500, cohort_money=10**6))
        wanted = reservation("a", 1_000, money=3_000_000, least_tokens=100)
        assert books.write([wanted]) == [Lowered(333)]
        books.close()
        assert standing(store, "cohort", "cohort").money == 999_000

    def test_give_two_in_one_transaction_no_more_than_there_is(self, store: Store) -> None:
        books = Books(store, Budgets(team_tokens=1_500))
        wanted = [reservation(name, 1_000, name, least_tokens=400) for name in ("ann", "ben")]
        assert books.write([*wanted, reservation("c", 1, least_tokens=1)])[:2] == [
            None,
            Lowered(500),
        ]
        books.close()
        assert standing(store, "team", "orange").tokens == 1_500

    def test_refuse_what_is_too_little_to_be_of_use(self, store: Store) -> None:
        books = Books(store, Budgets(team_tokens=99))
        (refused,) = books.write([reservation("a", 1_000, least_tokens=100)])
        books.close()
        assert isinstance(refused, BudgetSpent)
        assert "has 99 left" in str(refused)
