"""One question to the model, through the same `openai` client that citizens use later on."""

import os

from bootcamp.kit.errors import KitError
from bootcamp.kit.texts import texts

__all__ = ["Answer", "ask"]

_ = texts("kit")

_TIMEOUT_SECONDS = 120.0


class Answer(str):
    """The model's answer: ordinary text that also knows, as `.model`, which model wrote it."""

    __slots__ = ("model",)
    model: str

    def __new__(cls, text: str, model: str) -> "Answer":
        """Text with the name of its author."""
        answer = super().__new__(cls, text)
        answer.model = model
        return answer

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """What a copy is made from."""
        return str(self), self.model


def ask(prompt: str, *, system: str | None = None, model: str = "bootcamp-small") -> str:
    """Send `prompt` to the model and give its answer back as text.

    `system` is a standing instruction for the model, placed before the prompt.

    Raises:
        KitError: the prompt is empty, or the model cannot answer; the message says what to do.
    """
    messages = [{"role": "user", "content": _prompt_text(prompt)}]
    if system:
        messages.insert(0, {"role": "system", "content": system})
    return _call(messages, model)


def _prompt_text(prompt: object) -> str:
    if not isinstance(prompt, str):
        raise KitError(
            _(
                'ask needs text, and got {kind}. Put the prompt between quotes: ask("Your '
                'question").',
                kind=_kind(prompt),
            )
        )
    if not prompt.strip():
        raise KitError(
            _("The prompt is empty, so nothing was sent. Write your question between the quotes.")
        )
    return prompt


def _kind(value: object) -> str:
    kinds = {"dict": _("a whole mail or record"), "list": _("a list"), "ellipsis": _("three dots")}
    return kinds.get(type(value).__name__, _("a value of type {kind}", kind=type(value).__name__))


def _call(messages: list[dict[str, str]], model: str) -> Answer:
    # Imported here: the client takes half a second, and check and hint work without it.
    import openai  # noqa: PLC0415

    if not os.environ.get("OPENAI_API_KEY"):
        raise KitError(
            _(
                "This notebook has no key for the model. Open it from your bootcamp home page, or "
                "ask your facilitator."
            )
        )
    try:
        with openai.OpenAI(timeout=_TIMEOUT_SECONDS) as client:
            reply = client.chat.completions.create(model=model, messages=messages)  # type: ignore[arg-type]
    except openai.OpenAIError as error:
        raise KitError(_plain(error, model)) from None
    text = reply.choices[0].message.content if reply.choices else None
    if not text:
        raise KitError(_("The model sent an empty answer. Run the cell again."))
    return Answer(text, reply.model)


def _plain(error: Exception, model: str) -> str:
    """One sentence for what the client raised, from the one that helps most to the general."""
    import openai  # noqa: PLC0415

    if isinstance(error, openai.APITimeoutError):
        return _("The model took too long to answer. Run the cell again in a minute.")
    if isinstance(error, openai.APIConnectionError):
        return _(
            "The model cannot be reached. Your work is safe: wait a minute, run the cell again, "
            "and if it stays so tell your facilitator."
        )
    if isinstance(error, openai.APIStatusError):
        return _plain_status(error, model)
    return _("The model could not answer: {reason}", reason=_first_line(error))


def _plain_status(error: object, model: str) -> str:
    code = getattr(error, "code", None)
    sentences = {
        401: _(
            "The model did not accept this notebook's key. Open the lab again from your bootcamp "
            "home page; if that does not help, tell your facilitator."
        ),
        404: _(
            "There is no model called “{model}” here. Leave model= out to use the usual one.",
            model=model,
        ),
        413: _(
            "The prompt is too long for the model. Send one mail, or a shorter part of the text."
        ),
        429: _("Too many questions at once. Wait ten seconds, then run the cell again."),
    }
    if code == "insufficient_quota":
        return _(
            "Your budget of questions is used up, or your team's. Your work is safe. Tell your "
            "facilitator, who can raise it."
        )
    status = int(getattr(error, "status_code", 0))
    if status in sentences:
        return sentences[status]
    if status >= 500:
        return _("The model is not answering just now. Run the cell again in a minute.")
    return _("The model refused this question: {reason}", reason=_first_line(error))


def _first_line(error: object) -> str:
    """The server's own sentence where it sent one; else the client's first line."""
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    lines = str(message or error).strip().splitlines()
    return lines[0][:300] if lines else _("no reason was given.")
