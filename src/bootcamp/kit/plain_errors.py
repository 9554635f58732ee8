"""One sentence in plain words under Python's own error message, for the errors beginners meet."""

import re
import sys
from statistics import StatisticsError
from typing import Any

from bootcamp.kit.texts import texts
from bootcamp.language import N_

__all__ = ["install", "plain_words"]

_ = texts("kit")

_CURLY = re.compile("[“”„«»‘’]")
_SYNTAX = {
    "unterminated": N_("a text in {line} has no closing quote. Each text needs one at both ends."),
    "never closed": N_("a bracket in {line} has no partner. Each ( needs a ) and each [ a ]."),
    "unmatched": N_("a bracket in {line} has no partner. Each ( needs a ) and each [ a ]."),
    "leading zeros": N_("a number in {line} starts with 0. Write 7, not 07."),
    "outside function": N_(
        "a return in {line} stands too far left. Below a def, each line of the "
        "recipe has four blanks in front."
    ),
    "expected ':'": N_("{line} needs a colon at its end."),
    "expected an indented block": N_(
        "{line} should stand four blanks further to the right, below "
        "the line that ends with a colon."
    ),
    "unindent does not match": N_(
        "{line} has an odd number of blanks. Use four; below an if, eight."
    ),
    "tabs and spaces": N_(
        "{line} begins with a tab. Delete what stands before its first letter, and type blanks."
    ),
    "does not match opening": N_(
        "two brackets in {line} do not fit: [ ends with ], {{ ends with }}."
    ),
    "unexpected indent": N_("{line} begins with blanks that do not belong there. Delete them."),
    "Maybe you meant '=='": N_("in {line}, “is the same as” is written with two signs: ==."),
    "comma": N_("look for a missing comma or quote in {line}."),
}
_TYPES = {
    "concatenate list": N_("+ joins a list with a list. Put square brackets around: [95, 48]."),
    "concatenate": N_('+ joins text with text. A number needs quotes, a mail needs ["text"].'),
    "not supported": N_(
        "a text cannot be calculated with. Write numbers without quotes around them."
    ),
    "unsupported operand": N_(
        "these two do not go together. Numbers have no quotes, lists have [ ]."
    ),
    "'NoneType' object is not subscriptable": N_(
        "a function handed back nothing, so there is no "
        "drawer to open. Does it end with a line that begins with return?"
    ),
    "positional argument": N_(
        "a function got too many or too few things between its brackets. "
        "Compare with the first line of its def."
    ),
    "not callable": N_("something before a ( is no command. Look for a missing comma or * there."),
}
_KINDS = {
    KeyError: N_("there is no such entry. Look at the exact names in the table, capitals too."),
    FileNotFoundError: N_(
        "there is no such file here. Run the cell that writes it first, and compare "
        "its name with the file list."
    ),
    AttributeError: N_(
        "what stands before the point cannot do that. Is it spelled rightly, in small "
        "letters? And did a function hand back nothing, because its return is missing?"
    ),
    StatisticsError: N_("the list is still empty, so it has no middle. Fill it, and run its cell."),
    KeyboardInterrupt: N_("you stopped this cell. Nothing is lost: run it again when you like."),
}
_installed: list[object] = []


def install() -> None:
    """Explain errors in the running notebook from now on; does nothing outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or any(shell is known for known in _installed):
        return
    _installed.append(shell)
    shell.events.register("post_run_cell", _explain)


def _explain(result: Any) -> None:
    error = result.error_before_exec or result.error_in_exec
    sentence = plain_words(error, getattr(result.info, "raw_cell", "") or "") if error else ""
    if sentence:
        print(_("In plain words: {sentence}", sentence=sentence))


def plain_words(error: BaseException, source: str) -> str:
    """The likely cause of `error` in the cell `source`, or nothing where we do not know."""
    if isinstance(error, SyntaxError):
        return _about_syntax(error, source)
    if isinstance(error, UnboundLocalError):
        return _(
            "a name in your function is used before it is filled. Give it a value above the if, as "
            "the example does."
        )
    if isinstance(error, NameError):
        return _(
            "Python does not know the name “{name}”. Run the cells above first (menu Run, "
            "Run All Above Selected Cell), then check the spelling, capitals too.",
            name=error.name,
        )
    if type(error).__name__ == "PapermillExecutionError":
        return _about_papermill(error)
    if isinstance(error, TypeError):
        return next((_(advice) for sign, advice in _TYPES.items() if sign in str(error)), "")
    return next((_(advice) for kind, advice in _KINDS.items() if isinstance(error, kind)), "")


def _about_papermill(error: BaseException) -> str:
    lines = str(getattr(error, "source", "")).splitlines()
    code = next((line.strip() for line in lines if line.strip() and line[0] != "#"), "")
    value = str(getattr(error, "evalue", "")).partition("\n")[0]
    kind = getattr(error, "ename", _("an error"))
    return _(
        "the notebook that papermill ran stopped in its cell “{code}”, with {kind}: {value}. Is it "
        "filled in, and saved with Ctrl + S? Open run.ipynb in the output folder to see how far it "
        "came.",
        code=code[:60],
        kind=kind,
        value=value[:120],
    )


def _about_syntax(error: SyntaxError, source: str) -> str:
    message = str(error.msg or "")
    line = _("line {number}", number=error.lineno) if error.lineno else _("this cell")
    if _CURLY.search(source) and "invalid character" in message:
        return _(
            'there is a curly quote in {line}. Delete it and type a straight one: ".', line=line
        )
    for sign, advice in _SYNTAX.items():
        if sign in message:
            return _(advice, line=line)
    return _(
        "Python cannot read {line}. Look for a missing quote, bracket or comma there.", line=line
    )
