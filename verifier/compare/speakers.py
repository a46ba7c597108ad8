"""Who speaks: the name of a speaker as a claim writes it, and where a passage names the same one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SPECIAL = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def fold(word: str) -> str:
    """A word without case, accents and apostrophes, and with one spelling of a last y: Zelenskyy, Zelenskiy."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_SPECIAL))
    letters = "".join(char for char in plain if char.isalnum())
    return re.sub(r"(?<=\w{4})[iyj]+$", "y", letters)


def _words(text: str) -> frozenset[str]:
    return frozenset(map(fold, text.split()))


_PERSONAL = _words("mr mrs ms miss mx dr prof sir dame lord lady")
# What stands in front of a person's name and is no part of it.
_TITLES = _PERSONAL | _words(
    "gen general lt lieutenant col colonel capt captain maj major adm admiral cmdr commander sgt sergeant marshal rev"
    " reverend fr father pope cardinal archbishop bishop rabbi imam king queen prince princess emir sheikh sultan"
    " president vice-president minister secretary chancellor premier pm mp sen senator rep representative gov governor"
    " mayor ambassador envoy judge justice prosecutor attorney commissioner spokesman spokeswoman spokesperson"
    " professor doctor director chairman chairwoman chair chief head leader ceo deputy economist analyst journalist"
    " correspondent coach adviser advisor"
)
_PARTICLES = _words("de da di del della der den du la le van von bin ibn al el ten ter dos das")
_SMALL_WORDS = _words("a an the of for and to in on at by with from under against after about as or")
# Words of names of institutions, states and firms: such a name is nobody's.
_INSTITUTIONAL = _words(
    "academy administration agency alliance army assembly association authority bank board bureau cabinet center"
    " central centre church city college commission committee community company congress convention corp"
    " corporation council county court cross department district east eastern federation force forces foundation"
    " fund government group health high house human inc institute institution international kingdom league limited"
    " ltd media medical military ministry monitor national nations navy network new news north northern office"
    " organisation organization parliament party plc police post press program programme publishing republic"
    " reserve rights saudi school senate service services society south southern states street supreme times"
    " tribunal trust union united university watch west western world"
)
_CALENDAR = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december today yesterday"
)
_OPENERS = _words(
    "when while but yet however meanwhile later then earlier both what where that since because although though if so"
)
_SUFFIX = _words("jr sr ii iii")
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\w+(?:['’](?!s\b)\w+)*")
_NAME_GAP = re.compile(r"\.?[\s\u00a0]+|[-‐‑]|\.")
_SLACK_WORDS = 3  # small words and the like inside an institution's name: "Ministry of the Interior"
_MAX_NAME_WORDS = 4
_STEM_CHARS = 5  # "Russia" and "Russian" say the same of a ministry


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text with its offsets, end exclusive; `folded` is without case, accents and apostrophes."""

    text: str
    folded: str
    start: int
    end: int

    @property
    def is_capitalised(self) -> bool:
        """Whether it is written as a name is."""
        return self.text[:1].isupper() or not self.text[:1].islower()


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names the speaker: character offsets, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Speaker:
    """One speaker: a person's names in their order, or the words of an institution's name."""

    text: str
    words: tuple[str, ...]  # folded
    is_person: bool

    def mentions(self, text: str, known: Sequence[Word]) -> list[Mention]:
        """Where `text` names the speaker.

        A person by the surname, unless another given name stands before it, and by the first of the names where
        `known` gives them all; an institution by all words of its name, in any order, or by their initials.

        :param known: the words that a reader of `text` has read: of its title and the passage.
        """
        found = words_of(text)
        if self.is_person or len(self.words) == 1:
            return list(self._named(found, text, known))
        return list(self._institution(found, known))

    def is_person_in(self, known: str) -> bool:
        """Whether it is a person, as its own name shows it or, of a single name, a title or given name in `known`."""
        if self.is_person or len(self.words) != 1 or self.text.isupper() or self.text[:1].islower():
            return self.is_person
        named = [(a, b) for a, b in pairwise(words_of(known)) if b.is_capitalised and b.folded == self.words[0]]
        return any(_adjoin(a, b, known) and (a.folded in _TITLES or _may_be_given(a)) for a, b in named)

    def _named(self, found: Sequence[Word], text: str, known: Sequence[Word]) -> Iterator[Mention]:
        # Long passages have many sentences: all that is known is only looked through where one has the first name.
        may_be_first = len(self.words) > 1 and any(word.folded == self.words[0] for word in found)
        in_full = may_be_first and " ".join(self.words) in " ".join(w.folded for w in known)
        for i, word in enumerate(found):
            if word.folded == self.words[-1] and self._is_written_so(word):
                start = self._start(found, i, text)
                if start is not None:
                    yield Mention(start, word.end)
            elif in_full and word.folded == self.words[0] and word.is_capitalised:
                follows = found[i + 1] if i + 1 < len(found) else None
                if follows is None or not follows.text[0].isupper() or not _adjoin(word, follows, text):
                    yield Mention(word.start, word.end)
        if len(self.words) == 1 and self.text.isupper():
            yield from _spelt_out(found, self.words[0])

    def _is_written_so(self, word: Word) -> bool:
        if not self.is_person and self.text.isupper() and len(self.text) > 1:  # WHO, not who
            return word.text.replace(".", "").isupper()
        return word.is_capitalised or self.text[:1].islower()

    def _start(self, found: Sequence[Word], surname: int, text: str) -> int | None:
        """Where a mention starts that ends in the surname; None where another given name makes it somebody else."""
        given, start, is_stranger = self.words[:-1], found[surname].start, False
        for i in range(surname - 1, max(-1, surname - _MAX_NAME_WORDS), -1):
            word = found[i]
            if not _adjoin(word, found[i + 1], text) or not (word.is_capitalised or word.folded in _PARTICLES):
                break
            if any(_is_same_given(word.folded, name) for name in given):
                return word.start
            if word.folded in _PARTICLES:
                start = word.start
            elif not _may_be_given(word):
                break
            else:
                is_stranger = bool(given)
        return None if is_stranger else start

    def _institution(self, found: Sequence[Word], known: Sequence[Word]) -> Iterator[Mention]:
        wanted = set(self.words)
        stems = {w.folded[:_STEM_CHARS] for w in known}
        # "The Defence Ministry" is the Russian one where the passage speaks of Russia.
        shorter = wanted - {self.words[0]} if len(self.words) > 2 and self.words[0][:_STEM_CHARS] in stems else wanted
        last = -1
        for i, word in enumerate(found):
            window = found[i : i + len(wanted) + _SLACK_WORDS]
            places = [j for j, w in enumerate(window) if w.folded in wanted]
            if i > last and word.folded in wanted and shorter <= {w.folded for w in window}:
                last = i + max(places)
                yield Mention(word.start, found[last].end)
        for word in found:
            plain = word.text.replace(".", "")
            if plain.isupper() and len(plain) > 1 and plain in _initials(self.text):
                yield Mention(word.start, word.end)


def words_of(text: str) -> list[Word]:
    """The words of a text; a possessive ending is a word of its own."""
    return [Word(m[0], fold(m[0]), m.start(), m.end()) for m in _WORD.finditer(text)]


def read_speakers(text: str) -> list[Speaker]:
    """Those whom a claim's `speaker` names: one, or several persons joined by `and`; none where it has no word."""
    text = " ".join(text.split())
    pieces = [p for p in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*", text) if p]
    persons = [p for p in map(_person, pieces) if p]
    if re.search(r"\band\b|&", text) and len(pieces) > 1 and len(persons) == len(pieces):
        return persons
    parts = [p for p in re.split(r"\s*[,()]\s*", text) if p]
    person = next((p for p in map(_person, parts) if p), None)
    return [person] if person else [s for s in map(_institution, parts[:1]) if s.words]


def _person(text: str) -> Speaker | None:
    """The person that a speaker's words end in: after a title or a description, or two names and more alone."""
    words = [w for w in words_of(text) if w.folded not in _SUFFIX]
    front = max((i for i, w in enumerate(words) if _is_description(w)), default=-1)
    names = words[front + 1 :]
    before = words[front].folded if front >= 0 else ""
    is_titled = before in _TITLES
    if not names or len(names) > _MAX_NAME_WORDS or len(names) < 2 - is_titled or before in _SMALL_WORDS:
        return None
    if any(w.folded in _INSTITUTIONAL for w in names) or any(_is_acronym(w) for w in names):
        return None
    return (
        Speaker(text, tuple(w.folded for w in names if len(w.folded) > 1), True) if len(names[-1].folded) > 1 else None
    )


def _is_description(word: Word) -> bool:
    is_name = word.text[0].isupper() or word.folded in _PARTICLES
    return word.folded in _TITLES or not is_name


def _is_acronym(word: Word) -> bool:
    return len(word.folded) > 1 and word.text.isupper()


def _institution(text: str) -> Speaker:
    words = [w for w in words_of(text) if w.folded not in _SMALL_WORDS and w.folded != "s"]
    bare = re.sub(r"^(?:the|an?)\s+", "", text, flags=re.IGNORECASE)
    return Speaker(bare, tuple(dict.fromkeys(w.folded for w in words)), False)


def _initials(name: str) -> frozenset[str]:
    """The acronyms of a name: of its capitalised words, and with its small words: ONS and OFNS."""
    words = [w for w in words_of(name) if w.folded != "the"]
    capitals = "".join(w.text[0] for w in words if w.text[0].isupper())
    return frozenset(a for a in (capitals, "".join(w.text[0].upper() for w in words)) if len(capitals) > 1)


def _spelt_out(found: Sequence[Word], acronym: str) -> Iterator[Mention]:
    """Capitalised words in a row, small words between them, whose initials are the acronym."""
    names = [w for w in found if w.folded not in _SMALL_WORDS]
    for i in range(len(names) - len(acronym) + 1):
        run = names[i : i + len(acronym)]
        if all(w.text[0].isupper() and w.folded[:1] == a for w, a in zip(run, acronym, strict=True)):
            yield Mention(run[0].start, run[-1].end)


def _adjoin(word: Word, following: Word, text: str) -> bool:
    return _NAME_GAP.fullmatch(text[word.end : following.start]) is not None


def _may_be_given(word: Word) -> bool:
    known = _TITLES | _SMALL_WORDS | _CALENDAR | _OPENERS | _INSTITUTIONAL
    return word.text[0].isupper() and word.folded not in known and not _is_acronym(word)


def _is_same_given(theirs: str, ours: str) -> bool:
    """Whether two given names may be one person's: "J", "Joe" and "Joseph", "Liz" and "Elizabeth"."""
    return bool(theirs) and (theirs[0] == ours[0] or theirs in ours or ours in theirs)
