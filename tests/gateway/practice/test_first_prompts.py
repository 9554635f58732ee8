"""How people ask for a label before anyone has shown them how to."""

from __future__ import annotations

import time

import pytest

from bootcamp.gateway.practice import LexicalEmbedder, PracticeModel, Turn
from bootcamp.gateway.practice.prompt import read

MODEL = PracticeModel(LexicalEmbedder())
TRAYS = ["orders", "returns", "quotes", "hr_other"]
MAILS = (
    "Wrong taps\nHi,\n\nYou sent 12 taps, AF-41, and they are the wrong size.\n\nDes",
    "URGENT : prélèvement\nBonjour,\n\nUn zéro de trop : merci de le retirer.\n\nMaud",
)
ALL, OU = "orders, returns, quotes or hr_other", "orders, returns, quotes ou hr_other"
COMMAS, BULLETS = ", ".join(TRAYS), "- " + "\n- ".join(TRAYS)
RULES = (
    "orders: to buy, to cancel\nreturns: goods that are wrong\n"
    "quotes: prices, before buying\nhr_other: all the rest"
)

ASKED = [
    f"Which tray is this mail for: {ALL}?",
    f"Which tray is this mail for? {ALL}. Answer with one word.",
    f"Which tray does this mail belong in - {ALL}?",
    f"Which tray is this mail for:\n{BULLETS}",
    f"Which tray is this mail for?\n{RULES}",
    f"Which tray is this mail for:\n{RULES}",
    f"Which tray is this mail for:\n{COMMAS}",
    f"Which tray ({COMMAS}) is this mail for?",
    f"Where does this mail go: {' / '.join(TRAYS)}?",
    f"What is this email about: {ALL}?",
    f"Who should read this message: {ALL}?",
    f"Is this mail about {ALL}?",
    f"This mail is for: {ALL}?",
    f"Sort this mail: {COMMAS}.",
    f"Put this mail in a tray: {ALL}.",
    f"Tell me the tray for this mail: {ALL}.",
    f"Here are the trays: {COMMAS}. Which one is this mail for?",
    f"Dans quelle file va ce mail : {OU} ?",
    f"Dans quelle file va ce mail\xa0: {OU}\xa0?",
    f"Dans quelle file va ce mail ? {COMMAS}",
    f"Dans quelle file va ce mail ?\n{COMMAS}.\nRéponds en un mot.",
    f"Dans quel bac va ce mail :\n{BULLETS}",
    f"Dans quel bac va ce mail :\n{RULES}",
    f"Quelle est la file de ce mail ? {COMMAS}",
    f"Quelle est la file de ce mail : {COMMAS}. Un seul mot.",
    f"Pour quelle file est ce mail – {OU} ?",
    f"Ce mail concerne-t-il {OU} ?",
    f"Ce mail concerne-t-il : {OU} ?",
    f"Ce mail est-il pour {OU} ?",
    f"De quoi parle ce mail : {OU} ?",
    f"À qui faut-il envoyer ce courriel : {OU} ?",
    "Où va ce mail : « orders », « returns », « quotes » ou « hr_other » ?",
    f"Classez ce mail : {COMMAS}.",
    f"Lis ce mail et dis-moi sa file : {OU}.",
    f"Voici les files : {COMMAS}. Dans laquelle va ce mail ?",
]


@pytest.mark.parametrize("mail", MAILS, ids=["english", "french"])
@pytest.mark.parametrize("asked", ASKED)
def test_a_question_about_the_mail_offers_its_labels(asked: str, mail: str) -> None:
    for said in (
        [f"{asked}\nMail: {mail}"],
        [f"{asked}\n\nMail :\n{mail}"],
        [f'{asked}\n"""{mail}"""'],
        [f"Mail: {mail}\n\n{asked}"],
        [asked, f"Mail: {mail}"],
    ):
        reading = read(turns(*said))
        assert [[label.name for label in field.labels] for field in reading.fields] == [TRAYS]
        assert reading.target == mail
        assert MODEL.answer(turns(*said)).text in TRAYS


@pytest.mark.parametrize("asked", [asked for asked in ASKED if RULES not in asked])
def test_a_mail_without_a_heading_is_labelled_too(asked: str) -> None:
    for said in ([f"{asked}\n{MAILS[0]}"], [f"{asked}\n\n{MAILS[0]}"], [asked, MAILS[0]]):
        assert MODEL.answer(turns(*said)).text in TRAYS


LATE = "Hello, our parcel has not arrived, please call Anna or Bob, thanks."
QUEUES = "Queues: billing, delivery, jobs. Answer with one."


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ([f"Summarise this mail: {LATE}"], LATE),
        ([f"What does the writer want in this mail:\n{LATE}"], LATE),
        ([QUEUES, f"Sort this mail: {LATE}"], LATE),
        ([f"{QUEUES}\nWhich tray is this mail for:\n{LATE}"], LATE),
        ([f"{QUEUES}\nDans quel bac va ce mail :\n{LATE}"], LATE),
        ([QUEUES, "Classify this mail: broken desk, no manual"], "broken desk, no manual"),
        ([QUEUES, "Mail: late, broken, lost"], "late, broken, lost"),
    ],
)
def test_a_heading_without_labels_still_begins_a_mail(said: list[str], target: str) -> None:
    assert read(turns(*said)).target == target


@pytest.mark.parametrize(
    "asked",
    [
        "What does the writer of this mail order, with which quantities, and when?",
        "Quel est le montant en euros de ce mail, et la date ?",
        "Is this mail urgent? Answer politely.",
        "Draft a reply to this mail, short and warm.",
    ],
)
def test_other_questions_about_a_mail_offer_no_labels(asked: str) -> None:
    assert read(turns(f"{asked}\nMail: {LATE}")).fields == ()


@pytest.mark.parametrize("part", ["? ", "? a, ", "this mail: a, b ", "a " * 9 + "? ", "\xa0 ?\n"])
def test_a_hostile_prompt_takes_no_long_time(part: str) -> None:
    begun = time.perf_counter()
    read(turns("Which tray is this mail for" + part * (20_000 // len(part))))
    assert time.perf_counter() - begun < 5


def turns(*said: str) -> list[Turn]:
    """A user's message, or a system's and a user's."""
    roles = ["user"] if len(said) == 1 else ["system", "user"]
    return [Turn(role, text) for role, text in zip(roles, said, strict=True)]
