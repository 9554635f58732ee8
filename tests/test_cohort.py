"""The cohort file: what it says, and how it says what is wrong."""

from __future__ import annotations

import re
import stat
import threading
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootcamp import cohort as module
from bootcamp.cohort import (
    Cohort,
    Person,
    dump_cohort,
    language_of,
    load_cohort,
    new_cohort,
    save_cohort,
)
from bootcamp.errors import CohortError, UnknownName
from bootcamp.hub.demo import demo_cohort

PEOPLE = [
    {"name": "Frances Field", "email": "frances@x.example", "login": "frances"},
    {"name": "Amina Birch", "email": "amina@x.example", "login": "amina"},
    {"name": "Bruno Clay", "email": "bruno@x.example", "login": "bruno"},
    {"name": "Chloé Dune", "email": "chloe@x.example", "login": "chloe"},
    {"name": "Daniel Ember", "email": "daniel@x.example", "login": "daniel"},
]


def plain(**changes: Any) -> dict[str, Any]:
    """Give a right cohort as plain values, with some of them changed."""
    people: list[dict[str, Any]] = [dict(person) for person in PEOPLE]
    people[0]["role"] = "facilitator"
    return {
        "name": "Spring",
        "company": "Alder & Finch",
        "sessions": [date(2027, 1, day) for day in (4, 7, 11, 14, 18, 21)],
        "use_cases": [{"slug": f"case-{n}", "title": f"Case {n}"} for n in range(1, 5)],
        "people": people,
        "teams": [
            {"slug": "teal", "name": "Team Teal", "members": ["amina", "bruno"]},
            {"slug": "amber", "name": "Team Amber", "members": ["chloe", "daniel"]},
        ],
    } | changes


def example(**changes: Any) -> Cohort:
    return Cohort.model_validate(plain(**changes))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cohort.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(CohortError) as refused:
        load_cohort(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


class TestFile:
    def test_wrong_toml_names_the_line(self, tmp_path: Path) -> None:
        text = dump_cohort(example()).replace('company = "', "company = ", 1)
        assert "line 2" in refusal(written(tmp_path, text))

    def test_a_file_that_breaks_off_names_its_last_line(self, tmp_path: Path) -> None:
        assert "line 3" in refusal(written(tmp_path, 'name = "a"\ncompany = "b"\nlanguage = '))

    def test_missing_file_says_how_to_make_one(self, tmp_path: Path) -> None:
        assert "`bootcamp cohort new`" in refusal(tmp_path / "cohort.toml")

    def test_another_encoding_says_which_is_right(self, tmp_path: Path) -> None:
        path = tmp_path / "cohort.toml"
        path.write_bytes('name = "Café"'.encode("latin-1"))
        assert "UTF-8" in refusal(path)

    def test_a_folder_in_its_place_is_one_line(self, tmp_path: Path) -> None:
        assert "cannot be read" in refusal(tmp_path)

    def test_takes_the_mark_that_windows_editors_put_first(self, tmp_path: Path) -> None:
        path = written(tmp_path, "\ufeff" + dump_cohort(example()))
        assert load_cohort(path) == example()

    @pytest.mark.parametrize(
        ("old", "new", "field", "right"),
        [
            ('name = "Spring"', "", "name", "missing"),
            ('name = "Spring"', 'nmae = "Spring"', "name", "missing"),
            ('language = "en"', 'language = "de"', "language", "'en'"),
            ("2027-01-21", '"Friday"', "sessions[6]", "dates"),
            (", 2027-01-21", "", "sessions has 5 entries", "six dates"),
            ("2027-01-21", "2027-01-18", "sessions", "in order"),
            ('login = "amina"', 'login = "Amina B"', "people[2].login is 'Amina B'", "letters"),
            ('login = "amina"', 'login = "../etc"', "people[2].login", "letters"),
            ('login = "amina"', 'login = "bruno"', "login 'bruno'", "more than once"),
            ('"amina@x.example"', '"amina@x"', "people[2].email", "amina@example.com"),
            ('"amina@x.example"', '"BRUNO@x.example"', "bruno@x.example", "more than once"),
            ('role = "facilitator"', 'role = "teacher"', "people[1].role", "'facilitator'"),
            ('role = "facilitator"', 'role = "citizen"', "people", "'facilitator'"),
            ('"amina", "bruno"', '"amina"', "teams[1].members has 1 entries", "2 to 5"),
            ('"amina", "bruno"', '"amina", "zoe"', "'zoe'", "no citizen"),
            ('"amina", "bruno"', '"amina", "frances"', "'frances'", "no citizen"),
            ('"amina", "bruno"', '"amina", "chloe"', "member 'chloe'", "more than once"),
            ('slug = "teal"', 'slug = "amber"', "slug 'amber'", "more than once"),
            ('name = "Team Teal"', 'name = "T"\nuse_case = "nope"', "'nope'", "case-1"),
            ('slug = "case-4"', 'slug = "case-3"', "slug 'case-3'", "more than once"),
            ('title = "Case 4"', 'title = ""', "use_cases[4].title", "1 to 200 characters"),
            ("citizen_tokens = 2000000", "citizen_tokens = 0", "citizen_tokens", "above 0"),
            ("citizen_tokens = 2000000", 'citizen_tokens = "x"', "citizen_tokens", "number"),
            ("[model]", '[model]\nupstream = "nonsense"', "model.upstream", "https://"),
            ("[model]", '[model]\nupstream = "https://a.example/v1"', "model.small", "missing"),
            ('"BOOTCAMP_UPSTREAM_KEY"', '"sk-123"', "model.key_variable", "never the key"),
            ("[budgets]", "[budgets]\ncents = 5", "budgets.cents", "not a known field"),
        ],
    )
    def test_a_wrong_field_is_named_with_what_would_be_right(
        self, tmp_path: Path, old: str, new: str, field: str, right: str
    ) -> None:
        text = dump_cohort(example())
        assert old in text
        message = refusal(written(tmp_path, text.replace(old, new, 1)))
        assert field in message
        assert right in message

    def test_a_huge_wrong_value_does_not_flood_the_message(self, tmp_path: Path) -> None:
        text = dump_cohort(example()).replace('login = "amina"', f'login = "{"x" * 50_000}"')
        assert len(refusal(written(tmp_path, text))) < 300

    def test_unknown_people_and_teams_are_named_with_those_that_exist(self) -> None:
        with pytest.raises(UnknownName, match="'zoe'"):
            example().person("zoe")
        with pytest.raises(UnknownName, match="'blue'; the teams are: teal, amber"):
            example().team("blue")
        assert example().team_of("frances") is None

    def test_never_holds_a_key(self) -> None:
        with pytest.raises(ValueError, match="extra"):
            example(model={"upstream": "https://a.example/v1", "small": "m", "key": "sk-1"})


class TestSaving:
    LINE = st.text(min_size=1, max_size=60).map(
        lambda text: "".join(
            c for c in text if not re.match(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", c)
        )
    )

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        name=LINE.filter(str.strip),
        title=LINE.filter(str.strip),
        summary=st.text(max_size=80),
        tokens=st.none() | st.integers(1, 10**12),
    )
    def test_what_is_written_is_read_again(
        self, name: str, title: str, summary: str, tokens: int | None
    ) -> None:
        cases = [{"slug": f"case-{n}", "title": title, "summary": summary} for n in range(1, 6)]
        people = [*plain()["people"], {"name": name, "email": "z@x.example", "login": "zoe"}]
        made = example(
            name=name,
            use_cases=cases,
            people=people,
            budgets={"citizen_tokens": tokens, "team_tokens": tokens},
            model={"upstream": "http://[::1]:8080/v1?a=b", "small": title},
        )
        assert Cohort.model_validate(tomllib.loads(dump_cohort(made))) == made

    @pytest.mark.parametrize("name", ['Jo "Ace" \\ O\'Neil', "Zoë Ünal", "李小龍", "👩‍💻", "# no"])
    def test_odd_names_survive(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / "cohort.toml"
        save_cohort(example(name=name), path)
        assert load_cohort(path).name == name

    @pytest.mark.parametrize("name", ["two\nlines", "bell\x07", "\x1b[31mred", "a\u2028b", " ", ""])
    def test_a_name_is_one_line_of_visible_characters(self, name: str) -> None:
        with pytest.raises(ValueError, match="name"):
            Person(name=name, email="a@x.example", login="amina")

    def test_no_limit_stays_no_limit(self, tmp_path: Path) -> None:
        path = tmp_path / "cohort.toml"
        unlimited = example(budgets={"citizen_tokens": None, "team_tokens": None})
        save_cohort(unlimited, path)
        assert load_cohort(path) == unlimited

    def test_a_failed_write_leaves_the_old_file_and_no_draft(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "cohort.toml"
        save_cohort(example(), path)

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(module.os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            save_cohort(example(name="Autumn"), path)
        assert load_cohort(path).name == "Spring"
        assert [p.name for p in tmp_path.iterdir()] == ["cohort.toml"]

    def test_many_writers_and_readers_never_meet_half_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "cohort.toml"
        save_cohort(example(), path)
        names = [f"Cohort {n}" + "x" * (n * 30) for n in range(5)]
        seen, problems = set(), []

        def write(name: str) -> None:
            for _ in range(10):
                save_cohort(example(name=name), path)

        def read() -> None:
            for _ in range(40):
                try:
                    seen.add(load_cohort(path).name)
                except CohortError as error:
                    problems.append(str(error))

        threads = [threading.Thread(target=write, args=(name,)) for name in names]
        threads += [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert seen <= {"Spring", *names}
        assert load_cohort(path).name in names
        assert [p.name for p in tmp_path.iterdir()] == ["cohort.toml"]

    def test_names_and_addresses_are_for_the_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "cohort.toml"
        save_cohort(example(), path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_keeps_the_mode_that_a_facilitator_gave(self, tmp_path: Path) -> None:
        path = tmp_path / "cohort.toml"
        save_cohort(example(), path)
        path.chmod(0o640)
        save_cohort(example(), path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


class TestNew:
    def test_starts_with_a_facilitator_and_a_week_plan(self) -> None:
        made = new_cohort(
            name="A",
            company="B",
            first_session=date(2027, 1, 4),
            facilitator=("Zoë", "z@x.example"),
        )
        assert [p.role for p in made.people] == ["facilitator"]
        assert made.people[0].login == "user-z"
        assert made.sessions[0] == date(2027, 1, 4)
        assert len({day.isocalendar().week for day in made.sessions}) == 3

    @pytest.mark.parametrize(
        ("changes", "word"),
        [
            ({"facilitator": ("F", "no address")}, "email"),
            ({"name": " "}, "name"),
            ({"first_session": date(9999, 12, 30)}, "first_session"),
        ],
    )
    def test_a_wrong_answer_names_the_field(self, changes: dict[str, Any], word: str) -> None:
        right = {"name": "A", "company": "B", "first_session": date(2027, 1, 4)}
        with pytest.raises(CohortError, match=word):
            new_cohort(**{**right, "facilitator": ("F", "f@x.example"), **changes})


class TestModelServices:
    TWO = (
        {"name": "azure", "url": "https://r.openai.azure.com/openai/v1", "small": "everyday",
         "large": "strong", "key_variable": "AZURE_KEY"},
        {"name": "in-house", "url": "ollama", "small": "qwen", "embedding": "vectors",
         "timeout_seconds": 30.0},
    )  # fmt: skip

    def test_several_are_read_again_in_their_order(self, tmp_path: Path) -> None:
        path = tmp_path / "cohort.toml"
        made = example(upstreams=self.TWO, model={"keep_prompts": True, "cache": True})
        save_cohort(made, path)
        assert load_cohort(path) == made
        assert [s.name for s in load_cohort(path).model_services] == ["azure", "in-house"]

    def test_one_in_the_short_form_is_a_service_like_others(self) -> None:
        model = {"upstream": "https://a.example/v1", "small": "m", "embedding": "e"}
        (service,) = example(model=model).model_services
        assert (service.name, service.small, service.embedding) == ("upstream", "m", "e")
        assert service.key_variable == "BOOTCAMP_UPSTREAM_KEY"

    def test_ollama_stands_for_its_address_without_a_key(self) -> None:
        (short,) = example(model={"upstream": "ollama", "small": "m"}).model_services
        assert str(short.url) == "http://127.0.0.1:11434/v1"
        assert short.key_variable is None
        assert example(upstreams=self.TWO).model_services[1].url == short.url

    def test_there_is_none_without_an_upstream(self) -> None:
        assert example().model_services == ()

    @pytest.mark.parametrize(
        ("upstreams", "model", "word"),
        [
            (TWO, {"upstream": "https://a.example/v1", "small": "m"}, "both"),
            ((TWO[0], TWO[0]), {}, "azure"),
            (({"name": "xx", "url": "https://a.example/v1"},), {}, "small"),
            (({"name": "xx", "url": "https://a.example/v1", "large": "l"},), {}, "large"),
            (({"name": "xx", "url": "nonsense", "small": "m"},), {}, "url"),
            (({"name": "xx", "url": "ollama", "small": "m", "key": "sk-1"},), {}, "key"),
            (({**TWO[0], "key_variable": "sk-1"},), {}, "key_variable"),
            (({**TWO[0], "timeout_seconds": 0},), {}, "timeout_seconds"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(
        self, upstreams: tuple[dict[str, object], ...], model: dict[str, object], word: str
    ) -> None:
        with pytest.raises(ValueError, match=word):
            example(upstreams=upstreams, model=model)


def test_a_french_cohort_begins_with_french_use_cases_and_survives_its_file(
    tmp_path: Path,
) -> None:
    made = new_cohort(
        name="Promotion 1",
        company="Bouleau",
        first_session=date(2027, 1, 11),
        facilitator=("Frances Field", "frances@bouleau.example"),
        language="fr",
    )
    assert made.use_cases[0].title == "Trier la boîte mail commune"
    save_cohort(made, tmp_path / "cohort.toml")
    assert 'language = "fr"' in (tmp_path / "cohort.toml").read_text("utf-8")
    assert load_cohort(tmp_path / "cohort.toml") == made
    assert language_of(tmp_path / "cohort.toml") == "fr"
    assert language_of(tmp_path / "none.toml") == "en"


def test_a_language_that_nobody_translated_is_refused_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "cohort.toml"
    save_cohort(demo_cohort(date(2027, 1, 4)), path)
    path.write_text(path.read_text("utf-8").replace('language = "en"', 'language = "de"'), "utf-8")
    with pytest.raises(CohortError, match=r"language.*'en' or 'fr'"):
        load_cohort(path)
