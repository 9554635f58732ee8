"""One sentence in plain words under Python's own error message, for the errors beginners meet."""

import re
import sys
from statistics import StatisticsError
from typing import Any

__all__ = ["install", "plain_words"]

_CURLY = re.compile("[“”„«»‘’]")
_SYNTAX = {
    "unterminated": "a text in {line} has no closing quote. Each text needs one at both ends.",
    "never closed": "a bracket in {line} has no partner. Each ( needs a ) and each [ a ].",
    "unmatched": "a bracket in {line} has no partner. Each ( needs a ) and each [ a ].",
    "leading zeros": "a number in {line} starts with 0. Write 7, not 07.",
    "outside function": "a return in {line} stands too far left. Below a def, each line of the "
    "recipe has four blanks in front.",
    "expected ':'": "{line} needs a colon at its end.",
    "expected an indented block": "{line} should stand four blanks further to the right, below "
    "the line that ends with a colon.",
    "unindent does not match": "{line} has an odd number of blanks. Use four; below an if, eight.",
    "tabs and spaces": "{line} begins with a tab. Delete what stands before its first letter, and "
    "type blanks.",
    "does not match opening": "two brackets in {line} do not fit: [ ends with ], {{ ends with }}.",
    "unexpected indent": "{line} begins with blanks that do not belong there. Delete them.",
    "Maybe you meant '=='": "in {line}, “is the same as” is written with two signs: ==.",
    "comma": "look for a missing comma or quote in {line}.",
}
_TYPES = {
    "concatenate list": "+ joins a list with a list. Put square brackets around: [95, 48].",
    "concatenate": '+ joins text with text. A number needs quotes, a mail needs ["text"].',
    "not supported": "a text cannot be calculated with. Write numbers without quotes around them.",
    "unsupported operand": "these two do not go together. Numbers have no quotes, lists have [ ].",
    "'NoneType' object is not subscriptable": "a function handed back nothing, so there is no "
    "drawer to open. Does it end with a line that begins with return?",
    "positional argument": "a function got too many or too few things between its brackets. "
    "Compare with the first line of its def.",
    "not callable": "something before a ( is no command. Look for a missing comma or * there.",
}
_KINDS = {
    KeyError: "there is no such entry. Look at the exact names in the table, capitals too.",
    FileNotFoundError: "there is no such file here. Run the cell that writes it first, and compare "
    "its name with the file list.",
    AttributeError: "what stands before the point cannot do that. Is it spelled rightly, in small "
    "letters? And did a function hand back nothing, because its return is missing?",
    StatisticsError: "the list is still empty, so it has no middle. Fill it, and run its cell.",
    KeyboardInterrupt: "you stopped this cell. Nothing is lost: run it again when you like.",
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
        print(f"In plain words: {sentence}")


def plain_words(error: BaseException, source: str) -> str:
    """The likely cause of `error` in the cell `source`, or nothing where we do not know."""
    if isinstance(error, SyntaxError):
        return _about_syntax(error, source)
    if isinstance(error, UnboundLocalError):
        return (
            "a name in your function is used before it is filled. Give it a value above the if, "
            "as the example does."
        )
    if isinstance(error, NameError):
        return (
            f"Python does not know the name “{error.name}”. Run the cells above first "
            "(menu Run, Run All Above Selected Cell), then check the spelling, capitals too."
        )
    if type(error).__name__ == "PapermillExecutionError":
        return _about_papermill(error)
    if isinstance(error, TypeError):
        return next((advice for sign, advice in _TYPES.items() if sign in str(error)), "")
    return next((advice for kind, advice in _KINDS.items() if isinstance(error, kind)), "")


def _about_papermill(error: BaseException) -> str:
    lines = str(getattr(error, "source", "")).splitlines()
    code = next((line.strip() for line in lines if line.strip() and line[0] != "#"), "")
    value = str(getattr(error, "evalue", "")).partition("\n")[0]
    kind = getattr(error, "ename", "an error")
    return (
        f"the notebook that papermill ran stopped in its cell “{code[:60]}”, with {kind}: "
        f"{value[:120]}. Is it filled in, and saved with Ctrl + S? Open run.ipynb in the output "
        "folder to see how far it came."
    )


def _about_syntax(error: SyntaxError, source: str) -> str:
    message = str(error.msg or "")
    line = f"line {error.lineno}" if error.lineno else "this cell"
    if _CURLY.search(source) and "invalid character" in message:
        return f'there is a curly quote in {line}. Delete it and type a straight one: ".'
    for sign, advice in _SYNTAX.items():
        if sign in message:
            return advice.format(line=line)
    return f"Python cannot read {line}. Look for a missing quote, bracket or comma there."
