"""A small English and French thesaurus of general business vocabulary.

Words of one line mean nearly the same, in either language; a concept also lends a little weight
to the concepts named after `>`. It is written by hand for office mail of any trade, and tuned to
no data set. A phrase is written with underscores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from bootcamp.gateway.practice.text import stem, words

__all__ = ["Thesaurus", "thesaurus"]

_CONCEPTS = """
invoice > money: invoice invoices invoicing invoiced billing bill bills billed facture factures facturation facturer facturé billing_address adresse_de_facturation invoice_number numéro_de_facture statement relevé
payment > money invoice: pay paid payment payments payable settle remittance transfer wire prélèvement paiement paiements payer payé réglé règlement régler virement virements échéance échéancier encaissement direct_debit bank_transfer impayé unpaid overdue relance reminder dunning
account_details > money payment: iban bic rib bank banque bancaire siret vat_number numéro_de_tva sepa
refund > money return: refund refunded refunds reimburse reimbursement rembourser remboursement remboursé credit_note credit_notes avoir_client avoir
price > money: price prices pricing tariff cost costs prix tarif tarifs coût coûts montant amount discount discounts remise remises rabais ristourne
tax > money invoice: vat tax tva taxe taxes ht ttc
overcharge > invoice money: overcharged overcharge charged double_charged charged_twice surfacturé surfacturation duplicate doublon
accounting > money invoice: accounts accounting accountant bookkeeping ledger comptable comptabilité reconcile reconciliation lettrage
money: money euro euros eur gbp pounds sterling finance financial financier
quote > price sales: quote quotes quotation quotations devis estimate estimates chiffrage proposal proposition offer offre request_for_quotation rfq rfp tender appel_d_offres cotation bid
sales: sales sell seller vente ventes commercial prospect lead brochure catalogue catalog demo presentation new_customer nouveau_client
order: order orders ordered ordering reorder commande commandes commander commandé purchase purchases purchased purchasing achat achats acheter purchase_order bon_de_commande po
order_change > order: amend amendment modify modification modifier change_my_order add_to_my_order changement
cancel > order: cancel cancelled canceled cancellation annuler annulation annulé annulée
stock > order product: stock stocks stocked availability available unavailable out_of_stock backorder disponibilité disponible indisponible rupture rupture_de_stock restock réapprovisionnement inventory inventaire replenish
product: product products item items article articles produit produits reference référence sku model modèle
delivery > transport: delivery deliveries deliver delivered delivering shipment shipments ship shipped shipping dispatch dispatched livraison livraisons livrer livré livrée livreur expédition expédier expédié colis parcel parcels package acheminement delivery_note bon_de_livraison
tracking > delivery: track tracking traceability suivi tracking_number numéro_de_suivi
transport: carrier carriers courier couriers haulier driver van truck lorry pallet pallets transport transporteur transporteurs chauffeur camion palette palettes freight fret logistics logistique warehouse entrepôt dock quai customs douane
late > delay: late delay delays delayed overdue retard retards retardé tardif tardive still_waiting waiting toujours_pas not_arrived pas_arrivé never_arrived not_received pas_reçu jamais_reçu
delay: wait waited attente attendre attendons deadline
missing: missing lost incomplete shortage short_delivery manquant manquante manquants manque manquer perdu perdue incomplet incomplète
damaged > defect: damage damaged damages broken crushed dented torn leaking scratched cracked casse cassé cassée abîmé abîmée endommagé endommagée écrasé écrasée fissuré
defect > problem quality: defect defects defective faulty fault malfunction malfunctioning defectueux défectueux défectueuse défaut défauts panne en_panne does_not_work not_working ne_fonctionne_pas ne_marche_pas dysfonctionnement
return: return returns returned returning send_back take_back retour retours retourner retourné renvoyer renvoi reprise reprendre exchange exchanges échange échanger swap replacement replace remplacer remplacement wrong_item wrong_size mauvaise_référence
warranty > defect return: warranty guarantee guaranteed garantie garanties
complaint > problem: complaint complaints complain complaining réclamation réclamations plainte plaintes mécontent mécontente insatisfait insatisfaite unhappy dissatisfied disappointed disappointing disappointment déçu déçue déception unacceptable inacceptable apology apologies apologise excuses poor_service rude impoli scandaleux frustrated frustrating disgrace disgraceful fed_up ras_le_bol inadmissible appalling terrible litige dispute compensation dédommagement
problem: problem problems issue issues trouble problème problèmes souci soucis incident incidents anomalie error errors erreur erreurs mistake wrong faux incorrect incorrecte
quality: quality qualité conformity conformité non_conforme compliant certificate certificat norm norme standard
praise: praise compliment compliments great_job bravo félicitations excellent satisfied satisfait satisfaite delighted ravi testimonial
question > information: question questions ask asking query queries enquiry enquiries inquiry demande renseignement renseignements
information: information informations info details détails detail explain explanation explication opening_hours horaires documentation brochure
technical > it: technical technique install installation installer configure configuration setup firmware software logiciel update mise_à_jour manual notice mode_d_emploi troubleshooting dépannage repair réparation réparer maintenance entretien engineer technicien technician
it: it computer ordinateur laptop pc screen écran network réseau wifi vpn server serveur printer imprimante website site_internet web portal portail app application bug crash crashed système system informatique database
access > it: login log_in password passwords mot_de_passe mots_de_passe identifiant identifiants account compte locked verrouillé bloqué access accès authentication authentification connexion connecter connect credentials reset réinitialiser username
data_protection > legal: gdpr rgpd privacy personal_data données_personnelles unsubscribe désabonner désinscription opt_out consent consentement erase effacer
contract > legal: contract contracts contrat contrats agreement accord terms conditions clause clauses renewal renouvellement renew renouveler terminate termination résiliation résilier signature sign signed signer framework_agreement contrat_cadre
legal: legal lawyer solicitor juridique avocat law court tribunal lawsuit mise_en_demeure formal_notice liability responsabilité
hr: hr human_resources ressources_humaines employee employees employé employés salarié salariés staff personnel payroll paie payslip fiche_de_paie bulletin_de_paie manager colleague collègue
job > hr: job jobs vacancy vacancies position recruit recruitment recruiting hire hiring candidate candidates candidature candidat candidats application_letter lettre_de_motivation cv resume curriculum interview entretien_d_embauche emploi poste recrutement recruter internship stage stagiaire apprentice apprenti
leave > hr: leave holiday holidays vacation congé congés absence absences absent sick sickness maladie arrêt_maladie maternity maternité rtt
expenses > hr money: expense expenses claim claims mileage note_de_frais notes_de_frais frais receipt receipts justificatif justificatifs per_diem
travel: travel trip trips hotel flight train booking book déplacement voyage hôtel vol réservation réserver
training > hr: training trainings course courses formation formations workshop atelier learn learning
meeting: meeting meetings appointment appointments schedule reschedule réunion réunions rendez_vous agenda calendar calendrier visit visite call_me rappelez_moi phone_call appel
supplier: supplier suppliers vendor vendors fournisseur fournisseurs subcontractor sous_traitant procurement approvisionnement
advertising > spam: newsletter advertising advertisement publicité marketing campaign campagne seo promotion promotions webinar webinaire sponsor sponsorship partnership partenariat
spam: spam phishing scam lottery loterie unsolicited click_here cliquez_ici hameçonnage arnaque indésirable
building: building office offices premises bureau bureaux locaux bâtiment heating chauffage cleaning ménage air_conditioning climatisation parking badge key clé keys lift ascenseur light lamp ampoule leak fuite
safety: safety sécurité accident accidents injury injured blessé blessure hazard danger dangerous dangereux fire incendie recall rappel_produit
address_change: address adresse moved move relocate déménagement déménager contact_details coordonnées
loyalty: subscription abonnement loyalty fidélité membership adhésion points voucher bon_d_achat
urgent: urgent urgently urgence immediately immédiatement asap as_soon_as_possible dès_que_possible au_plus_vite critical critique emergency today aujourd_hui right_away straight_away sans_délai au_plus_tôt by_noon avant_midi tonight ce_soir tomorrow_morning demain_matin blocked blocking bloquant bloquée standstill à_l_arrêt shut_down cannot_work cannot_operate line_down final_notice dernier_rappel within_the_hour
calm: no_rush no_hurry not_urgent non_urgent pas_urgent rien_d_urgent aucune_urgence whenever when_you_have_time when_you_get_a_chance quand_vous_pourrez quand_vous_aurez_le_temps sans_urgence at_your_convenience à_l_occasion for_information pour_information for_your_information fyi next_month le_mois_prochain next_quarter no_action_needed
positive: positive positif happy content heureux glad pleased love excellent wonderful parfait perfect super great
negative: negative négatif unhappy angry fâché colère bad mauvais mauvaise worst pire awful horrible disappointed déçu terrible
"""  # noqa: E501

_RELATED_WEIGHT = 0.35


@dataclass(frozen=True)
class Thesaurus:
    """From stems, and phrases of two to four stems, to weighted concepts."""

    by_stem: dict[str, dict[str, float]]
    by_phrase: dict[tuple[str, ...], dict[str, float]]
    longest_phrase: int

    def concepts(self, stems: list[str]) -> dict[str, float]:
        """Weigh the concepts in a text given as stems; a phrase takes its words with it."""
        found: dict[str, float] = {}
        position = 0
        while position < len(stems):
            length, meaning = self._at(stems, position)
            for concept, weight in meaning.items():
                found[concept] = found.get(concept, 0.0) + weight
            position += length
        return found

    def _at(self, stems: list[str], position: int) -> tuple[int, dict[str, float]]:
        for length in range(min(self.longest_phrase, len(stems) - position), 1, -1):
            meaning = self.by_phrase.get(tuple(stems[position : position + length]))
            if meaning is not None:
                return length, meaning
        return 1, self.by_stem.get(stems[position], {})


@cache
def thesaurus() -> Thesaurus:
    """Build the thesaurus once."""
    by_stem: dict[str, dict[str, float]] = {}
    by_phrase: dict[tuple[str, ...], dict[str, float]] = {}
    for line in _CONCEPTS.strip().splitlines():
        head, _, entries = line.partition(":")
        name, _, related = head.partition(">")
        meaning = {name.strip(): 1.0} | dict.fromkeys(related.split(), _RELATED_WEIGHT)
        for entry in entries.split():
            stems = tuple(stem(word) for word in words(entry.replace("_", " ")))
            kept = (
                by_stem.setdefault(stems[0], {})
                if len(stems) == 1
                else by_phrase.setdefault(stems, {})
            )
            for concept, weight in meaning.items():
                kept[concept] = max(kept.get(concept, 0.0), weight)
    return Thesaurus(by_stem, by_phrase, max(map(len, by_phrase)))
