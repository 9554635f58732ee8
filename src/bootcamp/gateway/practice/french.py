"""Gives French business text an English gloss, word by word, for a model that reads English only.

The glossary is general office French written by hand, tuned to no data set. It is no translation:
small words are left out and the order stays French, which a vector that averages words forgives.
"""

from __future__ import annotations

from functools import cache

from bootcamp.gateway.practice.text import STOPWORDS, stem, words

__all__ = ["gloss"]

_GLOSSARY = """
invoice: facture factures facturation facturer facturé facturée | payment: paiement paiements règlement règlements versement | pay: payer payé payée réglé régler payez | transfer: virement virements | direct debit: prélèvement prélèvements prélevé débit débité | refund: remboursement remboursements rembourser remboursé remboursée | credit note: avoir_de avoir_client l_avoir un_avoir | receipt: reçu_fiscal récépissé justificatif justificatifs ticket quittance
bank details: rib coordonnées_bancaires relevé_d_identité_bancaire | bank: banque bancaire | statement: relevé relevés | amount: montant montants somme sommes | price: prix tarif tarifs tarification | discount: remise remises rabais ristourne dégressif promotion | cost: coût coûts coûte frais | fees: frais_de_port frais_de_dossier honoraires | vat: tva | tax: taxe taxes impôt impôts fiscal | reminder: relance relances rappel | overdue: impayé impayée impayés échu échue | deadline: échéance échéances délai délais date_limite | account: compte comptes | accounting: comptabilité comptable comptables | cheap: bon_marché moins_cher | expensive: cher chère chers | too much: trop_perçu trop_cher surfacturé | duplicate: doublon duplicata duplicatas
quote: devis cotation chiffrage chiffrer chiffrez | offer: offre offres proposition propose | tender: appel_d_offres | order: commande commandes commander commandé commandée bon_de_commande | buy: acheter acheté achat achats acquérir | sell: vendre vente ventes | cancel: annuler annulation annulé annulée annulez | change: modifier modification changer changement | add: ajouter rajouter ajoutez rajoutez ajout | confirm: confirmer confirmation confirmez | quantity: quantité quantités | stock: stock stocks disponibilité disponible disponibles | out of stock: rupture indisponible rupture_de_stock | sample: échantillon échantillons | catalogue: catalogue catalogues brochure | product: produit produits article articles | reference: référence référence_s réf | customer: client clients cliente clientèle | supplier: fournisseur fournisseurs | shop: boutique magasin magasins | box: boîte boîtes carton cartons boite boites
delivery: livraison livraisons | deliver: livrer livrez livreront | delivered: livré livrée livrés livrées | driver: livreur chauffeur chauffeurs | parcel: colis paquet paquets | ship: expédier expédition envoi envois expédié expédiée | send: envoyer envoyez envoyé envoyée transmettre | receive: recevoir reçu reçue reçus | arrive: arriver arrivé arrivée arrive | tracking: suivi numéro_de_suivi | carrier: transporteur transport transporteurs | pallet: palette palettes | truck: camion camions camionnette | warehouse: entrepôt dépôt magasinier | late: retard retards retardé tardif tardive | missing: manque manquant manquante manquants manquer | lost: perdu perdue égaré égarée perdus | customs: douane douanes douanier | delivery note: bordereau bon_de_livraison | remainder: reliquat | collect: enlèvement enlever récupérer chercher
return: retour retours retourner renvoyer renvoi reprendre reprise rapporter | exchange: échange échanger échangé | replace: remplacer remplacement remplacé remplacée | repair: réparer réparation réparé dépannage dépanner | broken: cassé cassée cassés brisé brisée | damaged: abîmé abîmée abîmés abîmées endommagé endommagée enfoncé enfoncée choc dégâts | scratched: rayure rayé rayée | faulty: défectueux défectueuse défaut défauts panne | not working: ne_marche_pas ne_fonctionne_pas ne_marche_plus ne_fonctionne_plus en_panne hors_service | wrong: faux fausse mauvais mauvaise erroné erronée | mistake: erreur erreurs | warranty: garantie garanties | defect: malfaçon dysfonctionnement | quality: qualité | complaint: réclamation réclamations plainte plaintes | angry: mécontent mécontente furieux inadmissible inacceptable scandaleux | disappointed: déçu déçue déception | problem: problème problèmes souci soucis incident | leak: fuite fuit fuites | stain: tache taches | noise: bruit bruits | smell: odeur odeurs | hot: chaud chaude | cold: froid froide | dirty: sale sales
urgent: urgent urgente urgence | immediately: immédiatement immédiat tout_de_suite sans_délai au_plus_vite dès_que_possible | today: aujourd_hui ce_soir ce_matin ce_jour | tomorrow: demain | blocked: bloqué bloquée bloqués bloquant coincé coincés | stopped: arrêt arrêté arrêtée à_l_arrêt | injured: blessé blessée blessure | hurt: mal douleur | accident: accident accidents | danger: danger dangereux dangereuse risque risques | safety: sécurité | fire: incendie feu | court: tribunal huissier | formal notice: mise_en_demeure | lawyer: avocat | no hurry: rien_d_urgent pas_urgent pas_pressé aucune_urgence | when possible: quand_vous_pourrez à_l_occasion
job application: candidature candidatures | job: emploi poste postes embauche | hire: recruter recrutement embaucher | candidate: candidat candidats candidate | internship: stage stages stagiaire | apprentice: apprenti apprentissage apprentis alternance | cv: cv curriculum | cover letter: lettre_de_motivation | employee: salarié salariés employé employés personnel | payslip: fiche_de_paie bulletin_de_paie | salary: salaire salaires paie | holiday: congé congés vacances | leave: absence absences absent absente | sick leave: arrêt_maladie arrêt_de_travail | sick: malade maladie | doctor: médecin docteur | baby: bébé enfant enfants | days off: jours_de_repos rtt repos | working hours: heures horaires horaire | week: semaine semaines | month: mois | year: an ans année années | contract: contrat contrats | resignation: démission | retirement: retraite | health insurance: mutuelle complémentaire_santé | insurance: assurance assurances | manager: responsable directeur directrice chef | colleague: collègue collègues | team: équipe équipes | company: société entreprise entreprises
training: formation formations former formé | course: cours | workshop: atelier ateliers | learn: apprendre | register: inscrire inscription inscrit s_inscrire | certificate: certificat certificats attestation diplôme | exam: examen épreuve concours | teacher: formateur formatrice enseignant | public speaking: prise_de_parole | language: langue langues anglais
expense claim: note_de_frais notes_de_frais | trip: déplacement déplacements voyage voyages | hotel: hôtel hôtels | meal: repas déjeuner dîner restaurant | train ticket: billet billets train | flight: vol avion | mileage: kilométrique kilomètres | taxi: taxi | company card: carte_de_société carte_bancaire carte_entreprise | card: carte cartes | booking: réservation réserver réservé | car: voiture véhicule véhicules
computer: ordinateur ordinateurs portable pc poste_de_travail | screen: écran écrans | keyboard: clavier | mouse: souris | password: mot_de_passe mots_de_passe | login: identifiant identifiants connexion connecter | network: réseau wifi | printer: imprimante imprimantes photocopieur | file: fichier fichiers dossier_partagé | software: logiciel logiciels application | website: site site_internet site_web | update: mise_à_jour | headset: casque casque_audio micro | call: appel appels appeler appelez rappeler | phone: téléphone téléphonique | email: courriel messagerie | open: ouvrir ouvre ouvert ouverte | access: accès accéder
office: bureau bureaux | building: bâtiment immeuble locaux | door: porte portes | window: fenêtre fenêtres | key: clé clés clef | badge: badge badges | lamp: lampe lampes ampoule éclairage lumière | heating: chauffage radiateur | air conditioning: climatisation | cleaning: ménage nettoyage nettoyer | meeting room: salle salles salle_de_réunion | meeting: réunion réunions rendez_vous | kitchen: cuisine | coffee machine: cafetière machine_à_café | water: eau | toilet: toilettes | lift: ascenseur | floor: étage étages sol | blinds: stores store | chair: chaise chaises fauteuil siège | desk: table tables plateaux | parking: parking stationnement place_de_parking | neighbour: voisin voisine voisins voisinage | garden: jardin
advertising: publicité publicitaire annonce | newsletter: lettre_d_information | unsubscribe: désinscription désabonner désinscrire | press: presse journal journaliste gazette magazine reportage | photographer: photographe photo photos | article: reportage_sur | partnership: partenariat sponsor parrainage mécénat | association: association club bénévole bénévoles | donation: don dons | survey: enquête sondage questionnaire | event: événement salon foire fête | audit: audit contrôle contrôleur inspection inspecteur | savings: économies économiser économisent
question: question questions | ask: demander demande demandes | information: information informations renseignement renseignements précisions | explain: expliquer explication explications | advice: conseil conseils conseiller recommander | compatible: compatible compatibilité convient conviennent | size: taille tailles pointure dimension dimensions format | colour: couleur couleurs coloris | weight: poids kilos | paper: papier papiers | gloves: gants gant | shoes: chaussures bottes | tools: outil outils outillage | machine: machine machines appareil | battery: batterie batteries pile piles | document: document documents pièce_jointe pièces_jointes | copy: copie copies | letter: lettre courrier | signature: signature signer signé | address: adresse adresses | move: déménagement déménager déménagé | name: nom noms | date: date dates | yesterday: hier | monday: lundi | tuesday: mardi | wednesday: mercredi | thursday: jeudi | friday: vendredi | saturday: samedi | sunday: dimanche | morning: matin matinée | afternoon: après_midi | evening: soir soirée | new: nouveau nouvelle neuf neuve | old: ancien ancienne vieux vieille | first: premier première | last: dernier dernière | before: avant | never: jamais | still waiting: toujours_rien toujours_pas attends attendons attente | wait: attendre patienter | help: aide aider | need: besoin | know: savoir | find: trouver trouvé introuvable | see: voir | work: travail travailler travaux chantier | close: fermer fermeture fermé fermée | thanks: remerciements | subscription: abonnement abonnements | renew: renouveler renouvellement | terminate: résilier résiliation | personal data: données_personnelles rgpd | delete: supprimer effacer suppression | school: école collège lycée université | hospital: hôpital clinique | restaurant: restauration | money: argent | gift: cadeau cadeaux | equipment: matériel équipement équipements fournitures | meet: rencontrer
"""  # noqa: E501


@cache
def _entries() -> tuple[dict[tuple[str, ...], str], int]:
    """Read the glossary: stems of a French word or phrase, and what it is in English."""
    found: dict[tuple[str, ...], str] = {}
    for entry in _GLOSSARY.replace("\n", " | ").split("|"):
        english, colon, listed = entry.partition(":")
        for term in listed.split() if colon else ():
            key = tuple(stem(word) for word in words(term.replace("_", " ")))
            found.setdefault(key, english.strip())
    return found, max(map(len, found))


def gloss(text: str) -> str:
    """Give the English for the words of *text* that the glossary knows; the others stay."""
    entries, longest = _entries()
    spoken = words(text)
    stems = [stem(word) for word in spoken]
    english: list[str] = []
    at = 0
    while at < len(stems):
        for length in range(min(longest, len(stems) - at), 0, -1):
            known = entries.get(tuple(stems[at : at + length]))
            if known is not None:
                english.append(known)
                at += length
                break
        else:
            if spoken[at] not in STOPWORDS and len(spoken[at]) > 1:
                english.append(spoken[at])
            elif spoken[at] in _NEGATIONS:
                english.append("not")
            at += 1
    return " ".join(english)


_NEGATIONS = frozenset(("pas", "sans", "aucun", "rien"))
