"""Days, durations and numbers in each language, and texts in templates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from jinja2 import Environment

from bootcamp import spoken
from bootcamp.language import speaking

FIRST = datetime(2027, 2, 1, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Mon 1 Feb", "1 February 2027, 09:05", "2 hours", "1 minute", "1,234.5"]),
        (
            "fr",
            [
                "lun. 1er févr.",
                "1er février 2027 à 09:05",
                "2\u00a0heures",
                "1\u00a0minute",
                "1\u00a0234,5",
            ],
        ),
    ],
)
def test_each_language_has_its_own_way(language: str, said: list[str]) -> None:
    with speaking(language):
        assert said == [
            spoken.short_day(FIRST.date()),
            spoken.moment(FIRST),
            spoken.how_long(timedelta(hours=2, minutes=50)),
            spoken.how_long(timedelta(seconds=5)),
            spoken.number(1234.5),
        ]


def test_only_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    with speaking("fr"):
        assert spoken.whole_day(date(2027, 3, 1)) == "1er mars 2027"
        assert spoken.whole_day(date(2027, 3, 11)) == "11 mars 2027"
        assert spoken.whole_day(date(2027, 3, 21)) == "21 mars 2027"


def test_what_is_filled_into_a_text_is_escaped() -> None:
    environment = Environment(autoescape=True)
    environment.globals.update(spoken.for_templates(spoken.texts("pages")))
    page = environment.from_string(
        '{{ _("<b>Hello</b>, {name}: {share:.0%}", name=name, share=0.25) }}'
        ' {{ _n("{n} row of {name}", "{n} rows of {name}", 2, name=name) }}'
    )
    said = page.render(name="<script>")
    assert said == "<b>Hello</b>, &lt;script&gt;: 25% 2 rows of &lt;script&gt;"
