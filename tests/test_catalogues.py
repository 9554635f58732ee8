"""Every text that a citizen reads can be translated, and is."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bootcamp.language import ENGLISH, LANGUAGES
from tests.conftest import CHECKOUT

KIT = CHECKOUT / "src" / "bootcamp" / "kit"
SAYS = {"_", "_n", "N_"}
# What is no sentence: code that is run or shown as it is, a prompt for a model, a pattern.
_SENTENCE = re.compile(r"[A-Za-z’']{2,} [a-z’']{2,} [a-z’']{2,}")


# Hints are taken into the catalogue as they are; what a made-up team left is data.
NOT_SENTENCES = {"hint_texts", "hints_3", "hints_4", "hints_5", "hints_6", "picking_up"}
NOT_SAID: dict[str, set[str]] = {
    # What the kit's own model says to a function that is tried, and what it is asked.
    "homework_3": {
        "A very slow parcel.",
        "Certainly not on a sunday",
        "Certainly not refuse.",
        "I am sorry, but I cannot help with that request.",
        "Something about parcel-, and more.",
        "Thank you for this question! Let me think it over. ",
        "This is case .",
        "We shall have to see about that.",
        "accept or refuse, both could be",
    },
    "session_3": {
        "Elle ne marche plus.",
        "I cannot help with that.",
        "I think it is legal",
        "Thank you for this interesting question. Let me think about it with care.",
        "The case of the blue lamp.",
        "surely not post",
    },
    "session_4": {"The file is empty.", "a check asks no model", "not read yet"},
    # The lines of the two cards, as they stand in code cells.
    "session_5": {
        "Data that goes in, and where it goes",
        "How to run it, step by step",
        "How to see that it went well",
        "If it stops or looks odd, and whom to call",
        "What a wrong answer costs",
        "What it does",
        "What it never does",
        "What to do with the review queue",
        "When to run it, and who does",
        "Where the cases come from",
        "Who may switch it off, and how",
        "Who sees a wrong answer, and when",
    },
    # Names that are compared and written to files.
    "session_6": {"before and after", "tout le monde"},
    # Python's own words, by which a mistake is recognised.
    "plain_errors": {
        "'NoneType' object is not subscriptable",
        "Maybe you meant '=='",
        "does not match opening",
        "expected an indented block",
        "tabs and spaces",
        "unindent does not match",
    },
}


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    path = CHECKOUT / "scripts" / "catalogues.py"
    spec = importlib.util.spec_from_file_location("catalogues", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogues"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {ENGLISH}))
def test_every_text_is_translated_with_its_fields_and_tags(
    catalogues: ModuleType, language: str
) -> None:
    wanted = list(catalogues.wanted())
    assert sum(len(texts) for _, texts in wanted) > 1_500
    slips = [
        line
        for source, texts in wanted
        for line in catalogues.problems(source.path(language), texts, language)
    ]
    assert slips == []


def test_what_is_wrong_with_a_translation_is_named(catalogues: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text(
        '_("{count} rows.", count=1); _("Take `<b>` <b>off</b>."); _n("{n} row", "{n} rows", 2)\n'
        '_("There.")\n',
        "utf-8",
    )
    texts = catalogues.Catalog()
    for text in catalogues._texts(source):
        texts.add(text)
    written = tmp_path / "fr" / "source.po"
    catalogues.ROOT = tmp_path
    catalogues.update(written, texts, "fr")
    assert len(list(catalogues.problems(written, texts, "fr"))) == 4  # nothing is translated yet
    said = written.read_text("utf-8")
    for english, french in (
        ("{count} rows.", "{nombre} lignes."),
        ("Take `<b>` <b>off</b>.", "Enlevez `<b>`."),
        ("There.", "Voilà."),
    ):
        said = said.replace(
            f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"'
        )
    said += '\nmsgid "Gone."\nmsgstr "Parti."\n'
    written.write_text(said, "utf-8")
    told = "\n".join(catalogues.problems(written, texts, "fr"))
    assert "has a {field} that the English has not: '{count} rows.'" in told
    assert "has other HTML tags" in told
    assert "not translated: '{n} row'" in told
    assert "nobody says this any more: 'Gone.'" in told
    assert "There." not in told
    catalogues.update(written, texts, "fr")
    assert "Voilà." in written.read_text("utf-8")
    assert "Parti." not in written.read_text("utf-8")


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(KIT.glob("*.py")) if p.stem not in NOT_SENTENCES]
    + sorted((CHECKOUT / "graders" / "checks").glob("*.py")),
    ids=lambda p: p.stem,
)
def test_no_sentence_is_said_in_english_only(path: Path) -> None:
    left = sorted(
        set(unmarked(ast.parse(path.read_text("utf-8")))) - NOT_SAID.get(path.stem, set())
    )
    assert left == []


def unmarked(module: ast.Module) -> Iterator[str]:
    """Give texts that look like a sentence and stand in no `_()`, `_n()` or `N_()`."""

    def visit(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS:
            for argument in [*node.args[2:], *(k.value for k in node.keywords)]:
                yield from visit(argument)
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, ast.JoinedStr):
            text = "".join(p.value for p in node.values if isinstance(p, ast.Constant))
            if _SENTENCE.search(text):
                yield text
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _SENTENCE.search(node.value):
                yield node.value
            return
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
                yield from visit(child)

    yield from visit(module)
