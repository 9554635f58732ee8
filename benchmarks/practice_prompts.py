"""Three prompts for one task, each better than the one before: the lesson of the labelling lab.

The examples of the third were written for it from the brief alone: none is a mail of the data set,
so no mail is scored against itself.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["EXAMPLES", "PROMPTS", "prompt"]

PROMPTS = ("v1: names", "v2: and descriptions", "v3: and examples and a rule")

EXAMPLES = (
    ("Please send us ten boxes of A4 paper and two toners on our usual account.", "orders"),
    ("Pouvez-vous ajouter trois cartons d'enveloppes à ma commande d'hier ?", "orders"),
    ("The web shop does not let me place my order; please put it through for us.", "orders"),
    ("Our parcel should have come on Tuesday. Where is it?", "delivery"),
    ("Il manquait un carton dans la livraison de ce matin.", "delivery"),
    ("The driver left our boxes with the neighbours.", "delivery"),
    ("We were charged twice for the same order; please refund the second payment.", "invoices"),
    ("Pourriez-vous m'envoyer une copie de la facture de mars ?", "invoices"),
    ("Your statement does not agree with our books.", "invoices"),
    ("The lamp arrived broken. Can you exchange it?", "returns"),
    ("Nous avons reçu le mauvais modèle, comment vous le renvoyer ?", "returns"),
    ("We do not need these after all; may we send them back?", "returns"),
    ("What would fifty chairs cost, and how soon could you supply them?", "quotes"),
    ("Quel modèle conseillez-vous pour un atelier, et à quel prix ?", "quotes"),
    ("Another supplier is cheaper. Can you match the price?", "quotes"),
    ("I would like to apply for the job in your warehouse.", "hr_other"),
    ("Nous proposons un audit gratuit de vos contrats d'énergie.", "hr_other"),
    ("One of your lorries is parked across our gate.", "hr_other"),
)  # fmt: skip
_RULE = (
    "Go by what the sender wants done next, not by the subject line or the story around it. "
    "Only the sender's own words count, not the mail quoted below them."
)


def prompt(version: int, queues: Mapping[str, str], mail: str) -> str:
    """Write version 1, 2 or 3 of the prompt for *mail*; *queues* are names with descriptions."""
    if version == 1:
        lines = [f"Which queue should this mail go to? Choose one of: {', '.join(queues)}."]
    else:
        lines = ["Choose the queue for a mail to a wholesaler's shared inbox. The queues are:"]
        lines += [f"- {name}: {about}" for name, about in queues.items()]
    if version == 3:
        lines += ["", _RULE, ""]
        lines += [f"Mail: {text}\nQueue: {queue}\n" for text, queue in EXAMPLES]
    return "\n".join([*lines, "", "Mail:", '"""', mail, '"""', "Answer with the queue only."])
