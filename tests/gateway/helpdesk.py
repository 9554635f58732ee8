"""A small authored helpdesk set, English and French: another trade than any data set of the labs.

The labels are the short codes that companies really use, so that descriptions have work to do.
"""

from __future__ import annotations

DESCRIPTIONS = {
    "workplace": "heating, cleaning, badges, parking, meeting rooms and repairs in the building",
    "it": "computers, passwords, network, printers and software",
    "people": "contracts, holidays, sick leave and pay slips",
    "spend": "expense claims, receipts, travel bookings and company cards",
    "learning": "training courses, workshops and certificates",
}

EXAMPLES = [
    ("There is a strange smell in the corridor on the second floor.", "workplace"),
    ("La cafetière de la cuisine fuit.", "workplace"),
    ("The blinds in the corner room are stuck half way.", "workplace"),
    ("My mouse keeps freezing in the middle of a call.", "it"),
    ("Le fichier partagé ne s'ouvre plus depuis hier.", "it"),
    ("The headset is not found by the call program.", "it"),
    ("I would like to work four days a week from March.", "people"),
    ("Où puis-je trouver mon solde de jours de repos ?", "people"),
    ("We are expecting a baby in June; what do I need to send you?", "people"),
    ("Taxi from the station, 23 pounds: how do I get it back?", "spend"),
    ("Mon repas avec le client de Lille n'a pas été pris en charge.", "spend"),
    ("The card was declined at the petrol station.", "spend"),
    ("Is there a seat left on the first aid day?", "learning"),
    ("Je voudrais apprendre l'anglais des affaires.", "learning"),
    ("Who pays for the accountancy exam?", "learning"),
]

MAILS = [
    ("The radiator in room 214 is cold and we sit here in our coats.", "workplace"),
    ("Mon badge n'ouvre plus la porte du parking.", "workplace"),
    ("Could the cleaners look at the carpet on the second floor? There is a smell.", "workplace"),
    ("La lampe au-dessus de mon bureau clignote.", "workplace"),
    ("The kitchen tap leaks and the floor in the corridor is wet.", "workplace"),
    ("Les stores de la salle du fond sont coincés.", "workplace"),
    ("I forgot my password and the account is locked.", "it"),
    ("L'imprimante du premier étage affiche une erreur réseau.", "it"),
    ("My laptop screen stays black after the update.", "it"),
    ("The shared folder can no longer be opened, the file is read only.", "it"),
    ("Le casque n'est pas trouvé pendant les appels.", "it"),
    ("The mouse and the keyboard freeze all the time.", "it"),
    ("How many days of holiday do I have left this year?", "people"),
    ("Ma fiche de paie de janvier est fausse, il manque les heures.", "people"),
    ("My doctor signed me off for two weeks, where do I send the sick note?", "people"),
    ("Je voudrais passer à quatre jours par semaine.", "people"),
    ("My wife and I are expecting a baby in autumn.", "people"),
    ("Pouvez-vous me renvoyer mon contrat signé ?", "people"),
    ("Please find my receipts for the trip to Dublin.", "spend"),
    ("La note de frais de mars n'est pas remboursée.", "spend"),
    ("I need a hotel in Leeds for two nights, who books it?", "spend"),
    ("Taxi et repas avec un client : comment faire la demande ?", "spend"),
    ("The company card was declined at a petrol pump.", "spend"),
    ("How do I claim the mileage for my own car?", "spend"),
    ("Is there a spreadsheet course for beginners in spring?", "learning"),
    ("Je souhaite m'inscrire à l'atelier de prise de parole.", "learning"),
    ("My first aid certificate runs out; is there a seat on the next day?", "learning"),
    ("L'anglais des affaires : puis-je apprendre en ligne ?", "learning"),
    ("Would you pay for the exam if I study in my own time?", "learning"),
    ("When is the next training for new forklift drivers?", "learning"),
]
