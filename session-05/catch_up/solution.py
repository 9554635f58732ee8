"""CATCH-UP PIECE: the solution of a made-up team, for a team whose own solution.py is missing."""

from openai import OpenAI

LABELS = ["pay", "ask"]

PROMPT = """Should we pay this invoice, or ask? Answer with one word only.
- pay: order, delivery and invoice say the same: quantity, price and total match, all received
- ask: something differs or is missing: another price or quantity, not delivered, no order, billed twice, unclear
When in doubt, answer ask. If you cannot tell at all, answer unsure.
<case>
All eight lamps are here, the price is the one on the order.
</case>
Answer: pay
<case>
Six lamps came and eight are on the invoice.
</case>
Answer: ask"""

client = OpenAI(timeout=60)


def solve(text, model="bootcamp-small"):
    """pay, ask or unsure, with a reason if it is unsure."""
    messages = [{"role": "user", "content": PROMPT + "\n<case>\n" + text + "\n</case>"}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip(" .'\"\n").lower()
    if answer in LABELS:
        return {"label": answer, "reason": ""}
    return {"label": "unsure", "reason": "the model said: " + answer[:80]}
