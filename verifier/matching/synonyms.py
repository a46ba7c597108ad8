"""Words that say the same in news: a row is a group, and nothing outside a group counts as a synonym."""

from __future__ import annotations

from collections.abc import Sequence

# Base forms of verbs, nouns and adjectives; a word stands in one group of its kind.
_VERBS = """
resign quit
dismiss fire sack
buy purchase
fall drop decline decrease
rise increase climb grow
close shut
scrap abolish axe
plan intend
kill slay
die perish
show reveal
build construct
halt stop suspend
start begin commence
end finish conclude
help aid assist
allow permit let
ban prohibit forbid outlaw
approve endorse
reject refuse
flee escape
leave depart
own hold possess
protect shield
get receive obtain
need require
seize confiscate
sue prosecute
probe investigate
jail imprison
free release
injure wound hurt
demand call_for
damage harm
lend loan
hire recruit
pledge promise vow
happen occur
rescue save
collapse crumble
use employ utilise utilize
create establish found
choose pick select
earn make
back support
win clinch
assault attack
evacuate clear
spread transmit
cure heal
raise lift hike
cut reduce slash lower trim
fund finance
ease loosen
""".strip()
_NOUNS = """
fire blaze
illness disease sickness
doctor physician
pay wage salary
crime offence offense
inhabitant resident
firm company business
ceo chief_executive
chief head leader boss
car automobile
plane aircraft airplane aeroplane
film movie
lawyer attorney
law legislation
budget spending_plan
child kid
teacher schoolteacher
pupil schoolchild
quake earthquake
job post
vaccine vaccination jab
number amount
strike walkout
border frontier
prison jail
plant factory
soldier serviceman
funds money
aim goal
home house
""".strip()
_ADJECTIVES = """
big large huge
little small
illegal unlawful
legal lawful
dead deceased
rich wealthy
ill sick
severe serious
quick fast rapid
whole entire
""".strip()
# Of any kind; several words joined by _ stand for one.
_ANY = """
not no n't
because because_of due_to owing_to
visible can_be_see
free free_of_charge
per_capita per_inhabitant per_head per_person
will be_to be_go_to be_set_to
must have_to
resign step_down
dismiss lay_off
rise go_up
fall go_down
close shut_down close_down
reject turn_down
probe look_into
over more_than
under less_than fewer_than
about around approximately roughly
maybe perhaps possibly
one 1
allegedly reportedly
nearly almost
percent per_cent
every each
un united_nations
eu european_union
us u.s. usa u.s.a. united_states american
uk u.k. united_kingdom britain british
nato north_atlantic_treaty_organisation north_atlantic_treaty_organization
who world_health_organization world_health_organisation
imf international_monetary_fund
ecb european_central_bank
fbi federal_bureau_of_investigation
nhs national_health_service
covid covid-19 covid19
netherlands dutch
germany german
france french
italy italian
spain spanish
poland polish
russia russian
ukraine ukrainian
china chinese
japan japanese
india indian
israel israeli
iran iranian
iraq iraqi
syria syrian
turkey turkish
greece greek
sweden swedish
norway norwegian
denmark danish
finland finnish
switzerland swiss
austria austrian
belgium belgian
portugal portuguese
ireland irish
scotland scottish
wales welsh
hungary hungarian
canada canadian
mexico mexican
brazil brazilian
argentina argentine argentinian
australia australian
egypt egyptian
kenya kenyan
nigeria nigerian
pakistan pakistani
europe european
africa african
""".strip()


def _groups(table: str) -> dict[tuple[str, ...], str]:
    """Each word, as a tuple of its parts, with the first of its group."""
    rows = [line.split() for line in table.splitlines()]
    return {tuple(word.split("_")): row[0] for row in rows for word in row}


_BY_KIND = {"VERB": _groups(_VERBS), "NOUN": _groups(_NOUNS), "ADJ": _groups(_ADJECTIVES)}
_PHRASES = _groups(_ANY) | {
    phrase: first for groups in _BY_KIND.values() for phrase, first in groups.items() if len(phrase) > 1
}
_MAX_PARTS = max(map(len, _PHRASES))


def phrase_at(words: Sequence[str], start: int) -> tuple[str, int]:
    """The group of the longest phrase that begins at a word, and how many words it has; none has 0.

    :param words: base forms in lower case.
    """
    for n in range(min(_MAX_PARTS, len(words) - start), 0, -1):
        if first := _PHRASES.get(tuple(words[start : start + n])):
            return first, n
    return "", 0


def group_of(word: str, kind: str) -> str:
    """The group of a word of a kind (VERB, NOUN, ADJ), or the word itself."""
    return _BY_KIND.get(kind, {}).get((word,), word)
