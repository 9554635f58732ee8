"""What makes a text urgent: cues of the reasons that a prompt's description names.

A description switches reasons on: 'work has stopped' makes the model look for machines that are
down. Without a description only the plain words count, as for any reader who was told no rule.
The cues are general office English and French.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bootcamp.gateway.practice.text import fold

__all__ = ["evidence"]


@dataclass(frozen=True)
class _Reason:
    described: re.Pattern[str]
    shown: re.Pattern[str]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{' '.join(pattern.split())})(?!\w)".replace("_", r"[\s-]+"))


_PLAIN = _words(
    r"urgent\w*|urgence|asap|as_soon_as_possible|immediat\w+|emergency|des_que_possible"
    r"|au_plus_vite|sans_delai|right_away|straight_away|critical|critique"
)
_CALM = _words(
    r"no_(?:rush|hurry|urgency)|not_(?:\w+_)?(?:urgent|desperate|pressing)|isn't_urgent"
    r"|rien_d'urgent|(?:pas|aucune|sans|non)_(?:\w+_)?(?:urgen\w+|presse\w*)|when_you_(?:have|get)"
    r"_\w+|whenever|quand_vous_(?:pourrez|aurez)|a_l'occasion|there_is_time|plenty_of_time"
    r"|(?:avons|ai|reste)_(?:donc_)?(?:le|du)_temps|no_action_needed|for_(?:your_)?information"
    r"|pour_information|tant_pis|it_can_wait|peut_attendre|next_(?:month|quarter|year)"
    r"|(?:le_mois|l'annee)_prochaine?"
)
_WEEKDAY = (
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi"
    r"|samedi|dimanche"
)
_REASONS = (
    _Reason(  # work has stopped
        _words(
            r"work_\w+_stopped|stopp\w+|stop|standstill|blocked|cannot_work|can't_work|machine\w*"
            r"|a_l'arret|arret\w*|bloque\w*|production|blocking|outage|panne"
        ),
        _words(
            r"(?:is|are|was|were|been|has|have|went|goes|both|all)_(?:\w+_)?down|stand(?:s|ing)?"
            r"_(?:still|idle|around)|at_a_standstill|(?:has|have)_stopped|idle"
            r"|(?:can't|cannot|can_not|won't|unable_to)_(?:\w+_)?(?:work|operate|open|start|print"
            r"|serve|trade|go_on|continue|let_them)|nothing_to_do|sweeping|sent_home|out_of_action"
            r"|a_l'arret|sont_arretes?|est_arretee?|ne_(?:peu\w+|pouvons)_(?:plus|pas)_(?:\w+_)?"
            r"(?:travailler|ouvrir|produire|avancer|continuer|imprimer|servir)|chomage_technique"
            r"|bras_croises|plus_rien_ne|tout_est_bloque|chantier_(?:\w+_)?arrete|full_to_the_\w+"
            r"|ran_out|run_out|nothing_left|plus_(?:aucun|une_seule|rien)|unable_to_work"
        ),
    ),
    _Reason(  # a close date
        _words(
            r"today|tonight|tomorrow|(?:two|2|few|working)_(?:working_)?days|deadline\w*|date"
            r"|aujourd'hui|demain|jours|echeance\w*|within|same_day|hours|heures|immediat\w*"
        ),
        _words(
            rf"(?:by|for|before|until|till|on|this)_(?:{_WEEKDAY})(?!_(?:next|of))"
            rf"|(?:avant|pour|d'ici|ce|des)_(?:{_WEEKDAY})|(?:{_WEEKDAY})_(?:morning|matin|at|a)"
            r"|tomorrow|tmrw|tonight|ce_soir|demain|(?:by|before|until)_(?:noon|midday|close|then"
            r"|that|the_end_of_the_day|\d+(?:[.:h]\d\d)?_?(?:am|pm)?)|avant_(?:midi|\d+_?h\w*)"
            r"|this_(?:morning|afternoon|evening)|cet_apres-midi|ce_matin|in_\w+_(?:minutes|hours?)"
            r"|dans_(?:\w+_)?(?:heures?|minutes)|within_the_(?:hour|day)|dans_la_journee"
            r"|aujourd'hui|today|in_time"
        ),
    ),
    _Reason(  # somebody is hurt or at risk
        _words(
            r"safety|hurt|injur\w*|risk\w*|danger\w*|accident\w*|securite|bless\w*|risque\w*|harm"
        ),
        _words(
            r"hurt|injur\w+|burn(?:t|ed|ing|s)?|bleed\w*|smok(?:e|es|ing)|sparks?|sparking"
            r"|electric_shock|swollen|overheat\w*|too_hot|caught_fire|fire_(?:exit|door|alarm)"
            r"|explo\w+|ambulance|hospital|fell_(?:off|on)|danger\w*|unsafe|toxic|sharps|needle\w*"
            r"|trapped|fumes|bless\w+|brul\w+|fumee|etincelle\w*|electrocut\w*|incendie"
            r"|issue_de_secours|pompiers|chute|tombee?_(?:de|sur|d')|gonflee?s?|coupee?_(?:a|au|la)"
            r"|gaz|malaise|urgences"
        ),
    ),
    _Reason(  # money or supply is about to be cut
        _words(
            r"account\w*|court|cut|supply|money|compte\w*|tribunal|coup\w+|suspend\w*|blocked"
            r"|threat\w*|legal"
        ),
        _words(
            r"on_stop|account_(?:is|has|was|been|\w+_been)_\w*_?(?:blocked|stopped|suspended)"
            r"|cut_(?:us_)?off|suspend\w*|court|solicitors?|bailiffs?|legal_(?:action|proceedings)"
            r"|formal_notice|wrong_(?:bank_)?account|compte_(?:\w+_)?(?:bloque|suspendu)\w*|huissier"
            r"|tribunal|mise_en_demeure|poursuites|coup(?:er|ure)|(?:new|changed)_bank_details"
            r"|nouveau_rib|prelevement_de_demain|inspector|shut_(?:us|the|down)"
        ),
    ),
)
_SCEPTICAL = _words(r"capitals|says_urgent|majuscules|angry|anger|colere|without_a_reason")


def evidence(text: str, urgent_means: str, calm_means: str) -> float:
    """Weigh how urgent *text* is: above 0 for urgent, below 0 for one that says it can wait.

    Args:
        text: what to judge.
        urgent_means: the description of the urgent label, '' without one.
        calm_means: the description of the normal or low label.
    """
    plain = fold(text)
    wanted = fold(urgent_means)
    reasons = [reason for reason in _REASONS if reason.described.search(wanted)]
    weight = 0.0
    for reason in reasons:
        found = {match.group() for match in reason.shown.finditer(plain)}
        weight += min(len(found), 2) * 0.75 if found else 0.0
    if _PLAIN.search(plain):
        weight += 0.4 if reasons and _SCEPTICAL.search(fold(calm_means)) else 1.0
    if _CALM.search(plain):
        weight -= 1.5
    return weight
