"""Small labelled sets for the practice model, written by hand for this measurement.

They were written by the author of the model, most of them after it, and are short and tidy: take
the figures as a check that an ability works, not as what a class's own mail will give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "EXTRACT",
    "LETTERS",
    "QUESTIONS",
    "TOOLS",
    "TOOL_CASES",
    "TOWN_HALL",
    "TOWN_HALL_DESCRIPTIONS",
    "TOWN_HALL_EXAMPLES",
]  # fmt: skip

# ---- labels, on a trade that nothing was tuned to: a town hall's inbox

TOWN_HALL_DESCRIPTIONS = {
    "roads": "pavements, potholes, street lamps, traffic lights, signs and parking outside",
    "waste": "bins, collection days, recycling, bulky rubbish and litter",
    "records": "birth, marriage and death certificates, passports and identity cards, "
    "electoral roll",
    "schools": "places in schools and nurseries, school meals, after-school care, holidays camps",
    "parks": "trees, playgrounds, sports fields, allotments and public gardens",
}
TOWN_HALL_EXAMPLES = [
    ("The lamp post at the corner of our street flickers all night.", "roads"),
    ("Un trou s'est formé devant le numéro 4.", "roads"),
    ("Our brown bin was not emptied on Tuesday.", "waste"),
    ("Quand passe le camion pour le verre ?", "waste"),
    ("I lost my identity card, how do I get a new one?", "records"),
    ("Il me faut un extrait d'acte de naissance.", "records"),
    ("Is there a place left in the nursery for September?", "schools"),
    ("Comment inscrire ma fille à la cantine ?", "schools"),
    ("A branch has come down across the path by the pond.", "parks"),
    ("La balançoire du square est cassée.", "parks"),
]
TOWN_HALL = [
    ("There is a deep hole in the road outside the bakery and cars swerve around it.", "roads"),
    ("The crossing signal by the station stays red for pedestrians.", "roads"),
    ("Le lampadaire de la rue des Lilas ne s'allume plus.", "roads"),
    ("Le panneau stop est tombé au carrefour.", "roads"),
    ("Lorries park on the pavement every morning and we cannot pass with a pram.", "roads"),
    ("La chaussée s'affaisse devant chez moi.", "roads"),
    ("Nobody has emptied our bins for two weeks.", "waste"),
    ("Where can I take an old mattress and a fridge?", "waste"),
    ("Quel jour sort-on la poubelle jaune ?", "waste"),
    ("Des sacs d'ordures traînent au pied de l'immeuble.", "waste"),
    ("Can plastic trays go in the recycling?", "waste"),
    ("Je voudrais un composteur pour mes déchets.", "waste"),
    ("I need a copy of my marriage certificate for a visa.", "records"),
    ("My passport expires in May, which papers do I bring?", "records"),
    ("Je dois refaire ma carte d'identité avant l'été.", "records"),
    ("Comment déclarer le décès de mon père ?", "records"),
    ("How do I get on the list to vote here?", "records"),
    ("Il me manque l'acte de mariage de mes parents.", "records"),
    ("We are moving in August and need a school for two children.", "schools"),
    ("Has the lunch menu changed? My son cannot eat eggs.", "schools"),
    ("Reste-t-il des places à la crèche ?", "schools"),
    ("Ma fille peut-elle rester à la garderie jusqu'à 18 h ?", "schools"),
    ("Who runs the summer camp for ten-year-olds?", "schools"),
    ("Le maître de mon fils est absent depuis lundi.", "schools"),
    ("A tree leans over the footpath after the storm.", "parks"),
    ("The slide in the playground has a sharp edge.", "parks"),
    ("Je cherche une parcelle de jardin partagé.", "parks"),
    ("Le gazon du terrain de foot est brûlé.", "parks"),
    ("May we book the football pitch on Sunday?", "parks"),
    ("Les bancs du jardin public sont à repeindre.", "parks"),
]

# ---- fields: a text, the wanted fields (JSON schema rules), the right values

_S: dict[str, Any] = {"type": ["string", "null"]}
_D: dict[str, Any] = {"type": ["string", "null"], "format": "date"}
_N: dict[str, Any] = {"type": ["number", "null"]}
_ITEMS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"product": {"type": "string"}, "quantity": {"type": "integer"}},
        "required": ["product", "quantity"],
    },
}
EXTRACT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "Dear team, invoice INV-2207 dated 3 March 2026 over £1,980.00 falls due on 2 April 2026. "
        "Please pay into the usual account.\nKind regards,\nOwen Hartley\nHartley Timber Ltd",
        {"invoice_number": _S, "invoice_date": _D, "due_date": _D, "total": _N, "company": _S,
         "sender_name": _S, "phone": _S},
        {"invoice_number": "INV-2207", "invoice_date": "2026-03-03", "due_date": "2026-04-02",
         "total": 1980.0, "company": "Hartley Timber Ltd", "sender_name": "Owen Hartley",
         "phone": None},
    ),
    (
        "Bonjour,\nVeuillez noter notre commande BC-88120 : 4 cartons de papier et 12 classeurs, à "
        "livrer le 15/04/2026.\nContact : Lucie Marchand, lucie@atelier-marchand.example, "
        "01 99 00 12 34.\nCordialement,\nLucie Marchand",
        {"numero_commande": _S, "date_livraison": _D, "email": _S, "telephone": _S, "nom": _S,
         "items": _ITEMS},
        {"numero_commande": "BC-88120", "date_livraison": "2026-04-15",
         "email": "lucie@atelier-marchand.example", "telephone": "01 99 00 12 34",
         "nom": "Lucie Marchand", "items": [{"product": "papier", "quantity": 4},
                                             {"product": "classeurs", "quantity": 12}]},
    ),
    (
        "Hi, could you send 3 boxes of toner, 20 desk lamps and 2 whiteboards to the Leeds depot "
        "by 9 May 2026? Our order number is PO-55071. Budget is £640.\nThanks,\nPriya Nair",
        {"order_number": _S, "delivery_date": _D, "budget": _N, "name": _S, "iban": _S,
         "items": _ITEMS},
        {"order_number": "PO-55071", "delivery_date": "2026-05-09", "budget": 640.0,
         "name": "Priya Nair", "iban": None, "items": [
             {"product": "toner", "quantity": 3}, {"product": "desk lamps", "quantity": 20},
             {"product": "whiteboards", "quantity": 2}]},
    ),
    (
        "Madame, Monsieur,\nla facture F-2026-119 du 02/02/2026 s'élève à 3 450,80 € TTC, dont "
        "575,13 € de TVA. Échéance : 4 mars 2026. IBAN FR76 3000 4000 0500 0012 3456 789.\n"
        "Bien à vous,\nPaul Renaud",
        {"numero_facture": _S, "date_facture": _D, "echeance": _D, "total_ttc": _N, "tva": _N,
         "iban": _S, "email": _S},
        {"numero_facture": "F-2026-119", "date_facture": "2026-02-02", "echeance": "2026-03-04",
         "total_ttc": 3450.8, "tva": 575.13, "iban": "FR76 3000 4000 0500 0012 3456 789",
         "email": None},
    ),
    (
        "Hello, my parcel with tracking number TRK-90812 was due on 12 June 2026 and has not come. "
        "Call me on 01632 960555 or write to gus@fernlea.example. Gus Fernlea",
        {"tracking_number": _S, "due_date": _D, "phone": _S, "email": _S, "amount": _N,
         "postcode": _S},
        {"tracking_number": "TRK-90812", "due_date": "2026-06-12", "phone": "01632 960555",
         "email": "gus@fernlea.example", "amount": None, "postcode": None},
    ),
    (
        "Expense claim: train to York on 14/01/2026, £86.40; hotel £129.00, two nights; meals "
        "£41.15. Total £256.55. Please refund to my account.\nBest wishes,\nTamsin Oakley",
        {"travel_date": _D, "hotel": _N, "meals": _N, "total": _N, "name": _S, "currency": _S},
        {"travel_date": "2026-01-14", "hotel": 129.0, "meals": 41.15, "total": 256.55,
         "name": "Tamsin Oakley", "currency": "GBP"},
    ),
    (
        "Bonjour, je souhaite retourner l'article AFL-410 reçu le 20/03/2026, commande AF-47010 : "
        "il ne fonctionne pas. Merci de me rembourser les 89,90 €.\nMerci,\nHugo Lemaire",
        {"reference_article": _S, "date_reception": _D, "numero_commande": _S,
         "montant_remboursement": _N, "nom": _S, "societe": _S},
        {"reference_article": "AFL-410", "date_reception": "2026-03-20",
         "numero_commande": "AF-47010", "montant_remboursement": 89.9, "nom": "Hugo Lemaire",
         "societe": None},
    ),
    (
        "Application: Nora Quigley, born 7 August 1998, applies for the warehouse post WH-31. "
        "She can start on 1 September 2026 and asks for €31,500 a year. nora.q@post.example",
        {"name": _S, "birth_date": _D, "start_date": _D, "salary": _N, "email": _S,
         "job_reference": _S, "phone": _S},
        {"name": "Nora Quigley", "birth_date": "1998-08-07", "start_date": "2026-09-01",
         "salary": 31500.0, "email": "nora.q@post.example", "job_reference": "WH-31",
         "phone": None},
    ),
]  # fmt: skip

# ---- questions: a text, then questions with a part of the right sentence, None if it is not there

_OFFER = (
    "Thank you for your enquiry about office chairs. The Alba chair costs £118 and comes in grey "
    "and green. Delivery takes ten working days after your order. For more than twenty chairs we "
    "take ten per cent off the price. The guarantee lasts five years and covers the gas spring. "
    "Our showroom in Leeds is open from nine to five. Mrs Hollis looks after your account."
)
_NOTE = (
    "Le chantier de la rue Haute commence lundi 4 mai 2026. Les livraisons se feront par la cour "
    "arrière avant 7 h 30. Le chef de chantier s'appelle Karim Belhadj. L'eau sera coupée deux "
    "heures mardi matin. Les salariés se garent sur le parking de la mairie. Le coût des travaux "
    "est de 48 000 €."
)
QUESTIONS: list[tuple[str, str, str | None]] = [
    (_OFFER, "How much does the Alba chair cost?", "£118"),
    (_OFFER, "How long does delivery take?", "ten working days"),
    (_OFFER, "What discount is there for more than twenty chairs?", "ten per cent"),
    (_OFFER, "How many years does the guarantee last?", "five years"),
    (_OFFER, "When is the showroom open?", "nine to five"),
    (_OFFER, "Who looks after our account?", "Mrs Hollis"),
    (_OFFER, "Which colours does the chair come in?", "grey"),
    (_OFFER, "What does the guarantee cover?", "gas spring"),
    (_OFFER, "What is the weight limit of the desk?", None),
    (_OFFER, "Is there a branch in Dublin?", None),
    (_OFFER, "Who is the managing director?", None),
    (_OFFER, "When does the contract end?", None),
    (_NOTE, "Quand commence le chantier ?", "4 mai"),
    (_NOTE, "Comment s'appelle le chef de chantier ?", "Karim Belhadj"),
    (_NOTE, "Où se garent les salariés ?", "parking"),
    (_NOTE, "Combien coûtent les travaux ?", "48 000"),
    (_NOTE, "Quand l'eau sera-t-elle coupée ?", "mardi"),
    (_NOTE, "Par où se feront les livraisons ?", "cour"),
    (_NOTE, "Quel est le nom de l'architecte ?", None),
    (_NOTE, "Quand le chantier sera-t-il terminé ?", None),
    (_NOTE, "Quel est le numéro de téléphone de la mairie ?", None),
]


# ---- tools: what is said, the tool that is meant (None for none), and its arguments


def _tool(name: str, description: str, properties: dict[str, Any], *required: str) -> Any:
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


_T: dict[str, Any] = {"type": "string"}
TOOLS = [
    _tool("get_order_status", "Look up where an order or a parcel is", {"order_number": _T},
          "order_number"),
    _tool("send_invoice_copy", "Send a copy of an invoice by e-mail",
          {"invoice_number": _T, "email": _T}, "invoice_number", "email"),
    _tool("book_meeting_room", "Reserve a room for a meeting",
          {"date": {"type": "string", "format": "date"}, "people": {"type": "integer"}}, "date"),
    _tool("check_stock", "Say how many pieces of a product are available",
          {"product_reference": _T}, "product_reference"),
]  # fmt: skip
TOOL_CASES: list[tuple[str, str | None, dict[str, Any]]] = [
    ("Where is my order AF-43380?", "get_order_status", {"order_number": "AF-43380"}),
    ("Has order PO-1182 been shipped yet?", "get_order_status", {"order_number": "PO-1182"}),
    ("Où en est ma commande AF-47707 ?", "get_order_status", {"order_number": "AF-47707"}),
    ("My parcel for order AF-40021 has not arrived.", "get_order_status",
     {"order_number": "AF-40021"}),
    ("Please send a copy of invoice F26-00311 to ann@oakfield.example.", "send_invoice_copy",
     {"invoice_number": "F26-00311", "email": "ann@oakfield.example"}),
    ("I need the invoice F26-00847 again, at paul@renaud.example.", "send_invoice_copy",
     {"invoice_number": "F26-00847", "email": "paul@renaud.example"}),
    ("Envoyez la facture F26-01020 à lea@morel.example, merci.", "send_invoice_copy",
     {"invoice_number": "F26-01020", "email": "lea@morel.example"}),
    ("Book a meeting room on 12 May 2026 for 8 people.", "book_meeting_room",
     {"date": "2026-05-12", "people": 8}),
    ("Réservez une salle de réunion pour le 03/06/2026.", "book_meeting_room",
     {"date": "2026-06-03"}),
    ("Is product AFT-3307 still available?", "check_stock", {"product_reference": "AFT-3307"}),
    ("How many pieces of AFL-410 are in stock?", "check_stock", {"product_reference": "AFL-410"}),
    ("Avez-vous encore l'article AF-PG14 en stock ?", "check_stock",
     {"product_reference": "AF-PG14"}),
    ("What is the capital of France?", None, {}),
    ("Tell me a joke.", None, {}),
    ("Thank you, that is all for today.", None, {}),
    ("Bonne journée à vous !", None, {}),
]  # fmt: skip

# ---- summaries and drafts: a letter, the sentence that must be quoted, the facts of a reply


@dataclass(frozen=True)
class Letter:
    """A letter to Alder & Finch: what its summary must quote and its draft must hold."""

    text: str
    point: str
    """A part of the sentence that says what the sender wants or what went wrong."""
    facts: tuple[str, ...]
    """Names, references, dates and amounts that a reply to it should take up."""


LETTERS = (
    Letter(
        "Dear team,\nI hope you are well. We ordered six desk lamps, order AF-50112, on 3 March "
        "2026. Two of the six lamps arrived broken and we would like new ones. Our office is nice "
        "in spring.\nKind regards,\nHelen Marsh",
        "arrived broken", ("Helen Marsh", "AF-50112", "3 March 2026"),
    ),
    Letter(
        "Hello,\nYour invoice F26-05001 charges £240.00 for paper. The price we agreed for the "
        "paper was £204.00, so please correct the invoice. I am away on Friday.\nThanks,\n"
        "Tom Brandon",
        "please correct the invoice", ("Tom Brandon", "F26-05001", "£240.00", "£204.00"),
    ),
    Letter(
        "Bonjour,\nNotre commande AF-50230 devait arriver le 12 mars 2026. La commande n'est "
        "toujours pas arrivée et le chantier attend les gants. Il fait froid ici.\n"
        "Cordialement,\nLuc Perrin",
        "toujours pas arrivée", ("Luc Perrin", "AF-50230", "12 mars 2026"),
    ),
    Letter(
        "Good morning,\nWe are fitting out a school with twelve rooms. Could you quote for 300 "
        "chairs by 8 May 2026? The school has a new roof. Our budget for the chairs is £9,500.\n"
        "Best wishes,\nSana Iqbal",
        "quote for 300 chairs", ("Sana Iqbal", "8 May 2026", "£9,500"),
    ),
    Letter(
        "Bonjour,\nJe vous écris de Nantes. La perceuse de la commande AF-50377 ne démarre plus et "
        "je souhaite un échange de la perceuse. Je l'ai payée 89,90 €.\nMerci,\nInès Caron",
        "souhaite un échange", ("Inès Caron", "AF-50377", "89,90 €"),
    ),
    Letter(
        "Hi,\nThe weather has been kind. Please change the delivery address of order AF-50418 to "
        "4 Mill Lane, Leeds. The order should be delivered there by 20 April 2026.\nRegards,\n"
        "Owen Pryce",
        "change the delivery address", ("Owen Pryce", "AF-50418", "20 April 2026"),
    ),
    Letter(
        "Dear Sir or Madam,\nI saw the advertisement for a warehouse clerk, reference WH-44. I "
        "would like to apply for the post of warehouse clerk. I enjoy sailing. I can start on 1 "
        "June 2026.\nYours faithfully,\nMoira Keane",
        "like to apply", ("Moira Keane", "WH-44", "1 June 2026"),
    ),
    Letter(
        "Bonjour,\nNous avons payé deux fois la facture F26-05119 de 310,00 €. Merci de nous "
        "rembourser le second paiement de la facture. Notre comptable revient lundi.\n"
        "Bien à vous,\nPaul Astier",
        "rembourser", ("Paul Astier", "F26-05119", "310,00 €"),
    ),
)  # fmt: skip
