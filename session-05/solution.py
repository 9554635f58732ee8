"""The mail room's piece from session 3: one mail in, one answer out. Plain Python."""

from functools import cache

from openai import OpenAI

LABELS = ["orders", "delivery", "invoices", "returns", "quotes", "hr_other"]

PROMPT = """You sort the mail of Alder & Finch, a wholesaler of office supplies.
Which queue is this mail for? Answer with the name of the queue only.
- orders: placing, confirming, changing or cancelling an order; a purchase order; an account or web shop problem that keeps someone from ordering; an accepted quote
- delivery: when, where and how goods arrive: late, missing, lost or short parcels, tracking, carrier, customs, address, time, what the driver did
- invoices: money for what was bought: invoices, payments, refunds and credit notes still owed, reminders, statements, VAT, bank details, a wrong charge
- returns: goods that arrived and are wrong, damaged, faulty, unsafe, the wrong size or not wanted: exchange, repair, guarantee, collection
- quotes: before buying: prices, discounts, stock, samples, catalogues, advice on which product fits, tenders
- hr_other: not a customer's purchase: jobs, staff and references, apprentices, suppliers selling to us, insurance, advertising, press, neighbours, vans in the way
If a mail fits two queues, go by what the writer wants done next.
<mail>
Same as last month please, and one more box of envelopes.
</mail>
Queue: orders
<mail>
Our parcel was promised for Monday, then for Friday. When will it come?
</mail>
Queue: delivery
<mail>
La facture est juste, mais il manque deux articles dans le colis.
</mail>
Queue: delivery
<mail>
You charged postage although our order was above the free limit. Please correct it.
</mail>
Queue: invoices
<mail>
Vous avez repris la chaise il y a un mois, et j'attends toujours l'avoir.
</mail>
Queue: invoices
<mail>
A box of mugs came that is not on our order. Do you want it back?
</mail>
Queue: returns
<mail>
Trois étagères livrées hier sont abîmées, avec des coins enfoncés.
</mail>
Queue: returns
<mail>
How much would forty chairs cost, and which of them suits a school?
</mail>
Queue: quotes
<mail>
We would like to offer your staff a cheaper telephone contract.
</mail>
Queue: hr_other"""


@cache
def client():
    """Open the line to the model once, and keep it."""
    return OpenAI()


def solve(text, model="bootcamp-small"):
    """Give the queue of one mail; anything that is no queue becomes "unsure"."""
    question = PROMPT + "\n<mail>\n" + text + "\n</mail>"
    messages = [{"role": "user", "content": question}]
    reply = client().chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").lower()
    if answer not in LABELS:
        return {"label": "unsure", "reason": "the answer was none of our labels"}
    return {"label": answer, "reason": ""}
