"""The mail room's piece from session 3: the text of one mail goes in, one safe answer comes out."""

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
If you cannot tell, answer unsure."""

client = OpenAI(timeout=60)


def solve(text, model="bootcamp-small"):
    """One of our queues, or "unsure" with a reason; and how many tokens the question took."""
    messages = [{"role": "user", "content": PROMPT + "\n<mail>\n" + text + "\n</mail>"}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip(" .'\"\n").lower()
    tokens = reply.usage.total_tokens if reply.usage else 0
    if answer in LABELS:
        return {"label": answer, "reason": "", "tokens": tokens}
    return {"label": "unsure", "reason": "the model could not tell", "tokens": tokens}
