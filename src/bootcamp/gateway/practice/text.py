"""Words, stems and sentences of English and French business text, without a dictionary."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["count_tokens", "fold", "is_courtesy", "language", "sentences", "stem", "terms", "words"]

_WORD = re.compile(r"[a-z0-9]+")
_PIECE = re.compile(r"\w+|[^\w\s]")

# Longest first; applied again and again, so that 'deliveries', 'delivered' and 'delivery' meet.
_SUFFIXES = (
    "issements", "issement", "isations", "isation", "aisons", "aison", "ations", "ation",
    "ements", "ement", "ments", "ment", "ables", "able", "ances", "ance", "ingly", "ings",
    "ions", "ieres", "iere", "iers", "ing", "ion", "ier", "ies", "ees", "ers", "eur", "eurs",
    "ent", "ant", "ees", "ait", "ee", "er", "ez", "ed", "es", "ly", "ir", "s", "x", "e", "y",
    "i", "a",
)  # fmt: skip
_SHORTEST_STEM = 4
_MOST_PASSES = 4


def terms(listing: str) -> frozenset[str]:
    """Read a set of words written out with blanks between them."""
    return frozenset(listing.split())


STOPWORDS = terms(
    """
    a about after again all also am an and any are as at be because been before being between both
    but by can could d did do does doing down during each every few for from further get got had has
    have having he her here hers him his how i if in into is it its just let ll m may me might more
    most much must my no nor not now of off on once one only or other our ours out over own re s
    same she should so some such t than that the their them then there these they this those through
    to too under until up us ve very was we were what when where which while who whom why will with
    without would you your yours ai ainsi alors as au aucun aussi autre autres aux avait avec avez
    avoir avons bien c ca car ce ceci cela celle celui ces cet cette ceux chez ci comme comment d
    dans de des deja depuis deux doit donc dont du elle elles en encore entre est et etait ete etes
    etre eu fait faire faut fois ici il ils j je jusqu l la le les leur leurs lors lui m ma mais me
    meme memes mes moi moins mon n ne ni non nos notre nous on ont ou par parce pas peu peut peux
    plus plusieurs pour pouvez pourriez puis qu quand que quel quelle quelles quelques quels qui
    quoi s sa sans se sera ses si soit son sont sous suis sur t ta te tes toi ton tous tout toute
    toutes tres tu un une va vers vont vos votre vous y
    """
)

#: Words of courtesy and of every business letter: they say little about what a text is about.
COURTESY = terms(
    """
    best bonjour bonne cordialement dear hello hi kind madame merci monsieur please regards salut
    salutations sincerely sir thank thanks yours mail email e-mail courriel message objet subject fw
    fwd tr cc attached ci-joint jointe client customer team equipe know see like need want voudrais
    souhaite souhaitons aimerais vouloir savoir prie remercie avance advance day jour
    """
)

_FRENCH = terms(
    """
    le la les des une du de et est vous nous je pour dans avec sur que qui pas ce cette votre notre
    merci bonjour aux en resume phrase texte courriel
    """
)
_ENGLISH = terms(
    """
    the of and is you we i for in with on that which not this your our please hello to from are have
    what summarise summarize text mail
    """
)

_COURTEOUS = re.compile(
    r"^(?:hello|hi|dear|good (?:morning|afternoon)|bonjour|bonsoir|madame|monsieur|chere?|kind|best"
    r"|regards|many thanks|thank you|thanks|merci|cordialement|bien a vous|sincerely|yours|cheers"
    r"|i hope (?:you|this)|j'espere que|sent from|envoye de|bonne journee|salutations"
    r"|je vous prie)\b"
)
_HEADER = re.compile(r"^(?:subject|objet|from|to|date|sent|de|a|envoye|cc)\s*:", re.IGNORECASE)
_SHORT_COURTESY = 12

# A full stop after these ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|m|mm|mme|mlle|st|no|n°|ref|réf|art|tel|tél|e\.g|i\.e|p\.ex|cf|inc|ltd"
    r"|approx|env|min|max|av|bd)\.)$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”»)]*\s+(?=[\"'“«(]?[^\Wa-z_])|\n\s*\n|\n(?=\s*[-*•])")


def fold(text: str) -> str:
    """Lower case without accents or ligatures: 'Réglé œuvre' gives 'regle oeuvre'."""
    if text.isascii():
        return text.lower()
    lowered = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The folded words and numbers of *text*, in order."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light common stem for a folded English or French word.

    Suffixes come off until none fits or fewer than four letters would be left. It is coarse on
    purpose: 'livraison', 'livrer' and 'livré' meet in 'livr', 'deliveries' and 'delivered' in
    'deliv'. A word with a digit is a reference or a number and stays whole.
    """
    if any(sign.isdigit() for sign in word):
        return word
    for _ in range(_MOST_PASSES):
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
                word = word[: -len(suffix)]
                break
        else:
            if len(word) == _SHORTEST_STEM and word.endswith("s"):
                word = word[:-1]
            break
    return word


def is_courtesy(sentence: str) -> bool:
    """Tell whether a sentence is a greeting, a closing or a header, which says nothing itself."""
    plain = fold(sentence)
    if _HEADER.match(plain):
        return True
    return len(words(plain)) < _SHORT_COURTESY and bool(_COURTEOUS.match(plain))


def sentences(text: str) -> list[str]:
    """Split *text* into sentences; a blank line or a new bullet ends one too.

    Abbreviations such as 'Mme.' or 'e.g.' end none. The sentences are quoted exactly, with runs
    of white space made one space.
    """
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        piece = text[start : end.start()]
        if "\n" not in end.group() and _ABBREVIATION.search(piece[-12:]):
            continue
        found.append(piece)
        start = end.end()
    found.append(text[start:])
    return [tidy for piece in found if (tidy := " ".join(piece.split()))]


def language(text: str) -> str:
    """'fr' or 'en', by the more frequent small words; 'en' when neither stands out."""
    counted = words(text[:20_000])
    french = sum(word in _FRENCH for word in counted)
    english = sum(word in _ENGLISH for word in counted)
    return "fr" if french > english else "en"


def count_tokens(text: str) -> int:
    """About as many tokens as common tokenisers make: one a sign, one for each 5 letters."""
    return sum((len(piece) + 4) // 5 for piece in _PIECE.findall(text))
