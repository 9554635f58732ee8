"""Read the authored pages: prose with the clauses marked where they stand.

A page begins with `=== key | language | form | hard`. The form is empty where the draw decides
between text, PDF and Word; `scan` is a PDF that holds a picture of the page. In the prose,
`<CAP>…</>` marks a clause, so a label's span is exactly what its page says.
"""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CLAUSES = {
    "REN": "automatic_renewal",
    "NOT": "notice_period",
    "PRI": "price_increase",
    "CAP": "liability_cap",
    "EXC": "exclusivity",
    "LAT": "late_payment",
    "LAW": "governing_law",
    "DAT": "data_protection",
}
UNREADABLE = "unreadable"
"""The label of a page without text that a program can read: it goes to a person."""
FORMS = {"", "txt", "scan", "empty.txt", "blank.txt", "empty.docx", "empty.pdf"}
MARKED = re.compile(r"<([A-Z]{3})>(.*?)</>", re.S)


@dataclass(frozen=True)
class AuthoredPage:
    """One page as it was written, and the clauses that its markers say."""

    key: str
    language: str
    form: str
    hard: bool
    marked: str

    @property
    def text(self) -> str:
        """Return the page without its markers."""
        return MARKED.sub(r"\2", self.marked)

    @property
    def readable(self) -> bool:
        """Say whether a program finds text in the page's file."""
        return self.form in {"", "txt"}

    @property
    def clauses(self) -> list[tuple[str, str]]:
        """Return type and span of each clause, in the order of the page."""
        if not self.readable:
            return [(UNREADABLE, "")]
        found = MARKED.findall(self.marked)
        return [(CLAUSES[mark], " ".join(span.split())) for mark, span in found] or [("", "")]


def read_authored() -> list[AuthoredPage]:
    """Return all authored pages.

    Raises:
        ValueError: a header or a marker is wrong, or two pages share a key.
    """
    pages = []
    for path in sorted((HERE / "authored").glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            pages.append(_page(block, path.name))
    if len({page.key for page in pages}) != len(pages):
        raise ValueError("two pages have the same key")
    return pages


def _page(block: str, place: str) -> AuthoredPage:
    header, _, marked = block.partition("\n")
    fields = [*(field.strip() for field in header.split("|")), "", ""]
    page = AuthoredPage(fields[0], fields[1], fields[2], fields[3] == "hard", marked.strip())
    kinds = [mark for mark, _ in MARKED.findall(page.marked)]
    if page.language not in {"en", "fr"} or page.form not in FORMS:
        raise ValueError(f"{place}: the header of {page.key} is wrong")
    if set(kinds) - set(CLAUSES) or len(set(kinds)) != len(kinds) or re.search("[<>]", page.text):
        raise ValueError(f"{place}: the markers of {page.key} are wrong")
    return page
