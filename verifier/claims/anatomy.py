"""The parts of an article by structure: headings, captions, bylines, boilerplate, and what is read as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from verifier.claims.markup import without_markup
from verifier.claims.sentences import EMOJI, has_marker, is_several

MAX_HEADING_WORDS = 15
MAX_LIST_INTRO_WORDS = 6  # "Key points:"; a longer line that ends in a colon is a sentence
MAX_LABEL_WORDS = 4  # "Top stories"; a longer line without a full stop may be a sentence
MAX_CAPTION_WORDS = 60
MAX_BOILERPLATE_WORDS = 30
MIN_WRAPPED_CHARS = 45  # a line shorter than this was not broken to fit a width


class Role(StrEnum):
    """What a block of text is; where it is not read as sentences, the value is the reason why it is not checked."""

    BODY = "body"
    LIST_ITEM = "list item"
    QUOTE = "quote"  # a quotation set apart as a block of its own
    TITLE = "title"
    HEADING = "heading"
    CAPTION = "caption"
    CREDIT = "photo credit"
    BYLINE = "byline"
    DATELINE = "dateline"
    TIMESTAMP = "timestamp"
    BOILERPLATE = "boilerplate"
    TABLE = "table row"
    CODE = "code"
    SEPARATOR = "separator"

    @property
    def is_read(self) -> bool:
        """Whether its sentences are claims of the article."""
        return self in (Role.BODY, Role.LIST_ITEM, Role.QUOTE)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one role, `text[start:end]`, white space trimmed. Blocks are in order and do not overlap."""

    start: int
    end: int
    role: Role


_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_LIST_OPENER = re.compile(r"\b(?:is|are|was|were|includ(?:es?|ed)|compris(?:es?|ed))(?: as follows)?:$")
_LIST_ITEM = re.compile(r"[-*+•‣▪●◦]\s+\w|\(?1[.)](?:\s+\w|[A-Z“\"])")
_NAMED_ITEM = re.compile(r"[A-Z“\"][^:.!?]{1,60}:\s+[a-z]")
_IMAGE = re.compile(r"!\[")
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+\S")
_BOLD_LINE = re.compile(r"(\*\*|__)[^*_]{1,120}\1:?$")
_UNDERLINE = re.compile(r"(?:=|-){3,}$")
_FENCE = re.compile(r"(?:```|~~~)")
_TERMINAL = re.compile(rf"[.!?…][\"'”’»)\]*_]*(?:\s*{EMOJI.pattern}+)*$|[.!?…][\"'”’»]*\s*\([^()]{{1,60}}\)$")

_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAYS = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DATE = (
    rf"(?:{_DAYS},?\s)?(?:{_MONTHS}\s\d{{1,2}}(?:,?\s\d{{4}})?|\d{{1,2}}\s{_MONTHS}(?:\s\d{{4}})?|\d{{4}}-\d\d-\d\d)"
)
_CLOCK = r"\d{1,2}(?:[:.]\d{2}){1,2}(?:\s?[ap]\.?m\b\.?)?(?:\s?(?:GMT|UTC|BST|CES?T|EES?T|E[SD]?T|P[SD]?T|IST|TRT)\b)?"
_DATE_LINE = re.compile(
    rf"(?:(?:first |last )?(?:published|updated|posted|modified)(?: on| at)?:?\s.{{0,60}}\d.{{0,40}}|{_DATE}"
    rf"(?:[\s,|·-]+(?:at\s)?{_CLOCK})?|\d{{1,2}} (?:minute|hour|day|week)s? ago)$",
    re.IGNORECASE,
)
_TIMESTAMP = re.compile(
    rf"[\[(]?(?:(?:{_DATE})[\s,]+)?"
    rf"(?=\d{{1,2}}:\d\d|{_CLOCK}\s*[-–—|:]\s|\S+\s?(?:[ap]\.?m|GMT|UTC|BST|CET|ET)\b){_CLOCK}"
    r"[\])]?(?:\s*[-–—:|]+(?=\s|$))?(?=\s+[\"“'‘(A-Z0-9]|\s*$)"
)
_AGENCY = r"(?:\([A-Z][A-Za-z.&/ ]{1,24}\)|/[A-Z][A-Za-z ]{1,24}/)"
_KNOWN_AGENCY = r"\((?:CNN|Reuters|REUTERS|AP|AFP|UPI|dpa|DPA|ANI|PTI|IANS|Xinhua|Bloomberg|BBC)\)"
_CAPITALS = r"[A-Z][A-Z.'’/-]+"
_DATELINE = re.compile(
    rf"(?:(?:{_CAPITALS}(?:\s(?:&\s|and\s)?{_CAPITALS}){{0,4}}(?:,\s[A-Z][\w.]+(?:\s[A-Z][\w.]+){{0,2}})?"
    rf"(?:,\s{_DATE})?\s?(?:{_AGENCY})?|[A-Z][\w.'’-]+(?:,?\s[A-Z][\w.'’-]+){{0,4}}(?:,\s{_DATE})?\s{_AGENCY}"
    rf"|{_DATE}\s{_AGENCY})\s?[-–—]{{1,2}}\s"
    rf"|{_CAPITALS}(?:,?\s(?:&\s|and\s)?[A-Z][\w.'’/-]+){{0,5}}\s?[-–—]{{1,2}}\s?\([A-Z ]{{2,24}}\)\s?[-–—]{{1,2}}\s?"
    rf"|{_KNOWN_AGENCY}\s?(?:[-–—]{{1,2}}\s?|\s)|[A-Z][\w.'’-]+(?:,?\s[A-Z][\w.'’-]+)?\s\(CNN\)\s)"
    r"(?=[\"“'‘A-Z0-9])"
)
_BYLINE = re.compile(
    r"(?i:by|from|(?:text|written|words|story|interview|reporting|reported|edited|editing|photographs?|pictures?|video)"
    r" by|as told to|author|reporter)(?::\s*|\s)"
    r"[A-Z][\w.'’-]*(?:[\s,&|]+(?:[A-Z][\w.'’-]*|and|in|at|for|of|the|with|&|\|))*"
    r"(?:,\s(?:[a-z]+\s){0,3}(?:desk|staff|correspondent|reporter|writer|editor|columnist|bureau))?$"
)
_JOBS = r"(?:desk|staff|team|newsroom|bureau|(?:correspondent|reporter|writer|editor|columnist|agencie)s?)"
_JOB_LINE = re.compile(  # "Ann Lee, Court Reporter", "Daily News politics team"
    rf"[A-Z][\w.'’-]+(?:\s(?:and\s|&\s)?[A-Z][\w.'’-]+){{1,4}}(?:,\s(?:[\w'’-]+\s){{0,3}}(?i:{_JOBS})(?:\sin\s[A-Z]\w+)?"
    rf"|\s(?:politics|news|sports?|business|live|data|web|digital)\s{_JOBS})$"
)
_BIO = re.compile(rf"\s(?:is|was|writes|has been|covers)\b.{{0,200}}\b(?:{_JOBS}|author|journalist|contributor)\b")
_NAME_SEPARATOR = re.compile(r"\s*[;,&]\s*|\s+and\s+")
_DESK_LINE = re.compile(
    r"\(?(?:additional )?(?:reporting|writing|editing) (?:and \w+ )?by\b.{3,200}$"
    r"|.{2,80}\bcontributed (?:to (?:this|the) (?:report|story|article)|reporting)\b.{0,80}$",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"\(?[A-Z]{1,4}(?:/[A-Z]{1,4})+\)?$|\([A-Z]{1,4}\)$")
_SIGN_OFF = re.compile(
    r"(?<=[.!?…\"”’])\s*(?P<by>\((?:[A-Z]{1,4}(?:/[A-Z]{1,4})*|AP|AFP|Reuters|ANI|dpa|PTI|"
    r"(?:(?:Additional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting)) [^()]{3,200})\))$"
)
_POST_SIGNATURE = re.compile(
    r"[-–—]{1,2}\s?.{1,60}\(@\w{1,30}\).{0,40}$|@\w{1,30}$|(?:[–—]|--)\s?[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){0,3}$"
)
_BYLINES = (_BYLINE, _JOB_LINE, _DESK_LINE, _INITIALS, _POST_SIGNATURE)

_PICTURE = r"(?:(?:AP |AFP |file |stock )?(?:photo(?:graph)?s?|images?|pictures?|credits?|video|graphic|illustration))"
_CREDIT = re.compile(
    rf"(?:[(\[]\s*(?:{_PICTURE}\s?(?::|/|©|by\b|credit|courtesy|from\b)|file photo|(?-i:REUTERS/))[^()\[\]]{{0,80}}"
    r"[)\]]"
    rf"|(?:^|(?<=[.!?|)]\s)|(?<=[.!?|)])){_PICTURE}"
    rf"(?:\s(?:credit|by|courtesy of)){{0,2}}:\s?[^\s!?]+(?:\s[^\s!?]+){{0,5}}"
    r"|(?-i:(?:REUTERS|AFP|AP|EPA)/[A-Z][\w'’-]+(?:\s[A-Z][\w.'’-]+){1,3})"
    r"|(?-i:(?:(?<=[.!?]\s)[A-Z][\w&.'’-]*(?:\s[A-Z][\w&.'’-]*){0,2}|(?:AP|AFP|EPA)\s(?:Photo|Images?))\s?/\s?"
    r"[A-Z][\w'’-]+(?:\s[A-Z][\w.'’-]+){1,3})"
    r"|[^.!?]{0,40}(?:(?:via |/ ?|© ?)Getty Images|/ ?(?:AFP|Shutterstock|Anadolu)))\.?$",
    re.IGNORECASE,
)
_CAPTION_LABEL = re.compile(r"(?:image|photo|picture|video) caption\W*$", re.IGNORECASE)  # on a line of its own
_CAPTION_START = re.compile(
    r"(?:photos?|image|picture|file photo|caption|video|map|chart)\s?:\s|(?:figure|fig\.?|chart)\s\d+[:.]\s"
    r"|(?-i:FILE\s?[-–—]\s)",
    re.IGNORECASE,
)
_BOILERPLATE_OPENINGS = (
    r"(?:read|see|watch|listen)(?: also| more| next| now| full story)?\s?(?::|»|>)",
    r"(?:(?:read|see) also|also read|don[’']t miss|sign up|subscribe|already a subscriber|log in|skip to)\b",
    r"read more(?:$| about\b| on\b| here\b)|more (?:on|from|about) [^.]{0,60}$|most (?:read|popular)[^.]{0,30}$",
    r"(?:related|recommended)(?: (?:articles?|stor(?:y|ies)|news|topics|for you))?(?::|$)",
    r"(?:you )?(?:may|might) also like",
    r"editor[’']s picks?|(?:follow|join|contact) (?:us|our|@)|share (?:this|on|via)\b|share$",
    r"advertisement$|sponsored(?: content| post)?$|paid (?:content|post)$|click (?:here|to)\b",
    r"(?:we|this (?:web)?site|our partners) (?:and our partners )?uses? cookies|accept (?:all )?(?:cookies)?$",
    r"by (?:continuing|clicking|using)\b.{0,60}\b(?:you (?:agree|accept|consent)|cookies)",
    r"(?:manage )?cookies? (?:settings|policy|preferences)[^.]{0,30}$|privacy (?:policy|notice)[^.]{0,30}$",
    r"terms (?:of|and)\b[^.]{0,30}$|.{0,60}\ball rights reserved\b|©|(?:\(c\)|copyright) (?:©|\d{4})",
    r"newsletters?(?::|$)|.{0,80}\b(?:in|to) your inbox\b|enter your email|download (?:our|the app)\b",
    r"get (?:the (?:latest|best|day)|our|all the|more) .{0,60}(?:inbox|newsletter|app|email|alerts?)\b",
    r"(?:load|show|view) (?:more|comments)|(?:\d+ )?comments?$|leave a (?:comment|reply)|continue reading",
    r"support (?:our|independent) |(?:tags?|topics?|categor(?:y|ies)):|filed under|\d+[ -]min(?:ute)?s? read",
    r"(?:do you have|have you got) (?:a|any) (?:story|tip|question)|(?:image|photo|picture|video) (?:source|caption)\b"
    r"|have your say\b|our standards:|back to top|getty images$",
    r"(?:[^\]\s]{0,40}\])?:?\s*(?:https?://|www\.)\S+$|doi\s?:?\s?10\.\d",
    r"(?:write to|contact|reach|e-?mail|send)\b.{0,80}\S@\S",
    r"this (?:article|story|report|interview|conversation|column|headline|page) (?:was|has been) "
    r"(?:first |originally |lightly )?(?:published|updated|amended|edited|condensed|corrected|produced)",
    r".{0,60}\ban earlier version of this (?:article|story|report|column|headline|page)\b",
    r"(?:the )?(?:views|opinions) expressed\b|good (?:morning|afternoon|evening)[^.]{0,20} welcome to\b",
)
_BOILERPLATE = re.compile("|".join(_BOILERPLATE_OPENINGS), re.IGNORECASE)
_LINE_UP = re.compile(r"[A-Z][\w .'’&-]{1,40}\(\d(?:-\d){2,4}\)\s?:\s")  # "Rovers (4-4-2): Hall; ..."


def find_blocks(text: str, title: str = "", author: str | None = None) -> list[Block]:
    """Cut `text` into blocks that together hold every non-white character.

    :param title: the article's title; a line equal to it is TITLE.
    :param author: who wrote the article, several with "and" or a comma between them; a line of a name is BYLINE.
    """
    lines = list(_lines(text))
    code = _code_lines(text, lines)
    authors = tuple(_folded(name) for name in _NAME_SEPARATOR.split(author or "") if name.strip())
    page = _Page(text, lines, _folded(title), authors, any(_ends_sentence(text, line) for line in lines))
    blocks: list[Block] = []
    for index, line in enumerate(lines):
        if index in code:
            blocks.append(Block(line.start, line.end, Role.CODE))
        else:
            blocks.extend(_parts(text, line, _role(page, index)))
    return blocks


@dataclass(frozen=True, slots=True)
class _Page:
    """A text by lines, with what is known of it; title and authors folded."""

    text: str
    lines: list[Block]
    title: str
    authors: tuple[str, ...]
    has_sentences: bool

    def content(self, index: int) -> str:
        return self.text[self.lines[index].start : self.lines[index].end]


def _code_lines(text: str, lines: list[Block]) -> set[int]:
    """The indices of the lines between two fences, fences included; a fence that is never closed is alone."""
    fences = [index for index, line in enumerate(lines) if _FENCE.match(text, line.start)]
    inside = {index for i in range(0, len(fences) - 1, 2) for index in range(fences[i], fences[i + 1])}
    return inside.union(fences)


def _lines(text: str) -> Iterator[Block]:
    """Non-empty lines, trimmed, with hard-wrapped paragraphs joined to one."""
    group: list[Block] = []
    previous_end = 0
    for found in _LINE.finditer(text):
        line = _trimmed(text, found.start(), found.end(), Role.BODY)
        if line is None:
            continue
        if text.count("\n", previous_end, line.start) > 1:
            yield from _unwrapped(text, group)
            group = []
        group.append(line)
        previous_end = line.end
    yield from _unwrapped(text, group)


def _unwrapped(text: str, group: list[Block]) -> Iterator[Block]:
    if _is_wrapped(text, group):
        yield Block(group[0].start, group[-1].end, Role.BODY)
        return
    joined: list[Block] = []
    for line in group:
        if joined and _continues(text, joined[-1], line):
            joined[-1] = replace(joined[-1], end=line.end)
        else:
            joined.append(line)
    yield from joined


def _continues(text: str, before: Block, line: Block) -> bool:
    """Whether `line` goes on with a list item (it is indented) or a block quote that broke off in mid-sentence."""
    if not has_marker(text, before.start) or _ends_sentence(text, before):
        return False
    if text[before.start] == text[line.start] == ">":
        return before.end - before.start >= MIN_WRAPPED_CHARS
    is_indented = line.start >= 2 and text[line.start - 2 : line.start].isspace() and text[line.start - 1] in " \t"
    return is_indented and text[line.start - 2] in " \t" and not _starts_anew(text, line)


def _is_wrapped(text: str, group: list[Block]) -> bool:
    """Lines of like, terminal-width length that break off in mid-sentence are one paragraph."""
    if len(group) < 2 or any(_starts_anew(text, line) for line in group):
        return False
    if len(group) == 2 and not text[group[1].start].islower():
        return False
    full = [line.end - line.start for line in group[:-1]]
    broken = [line for line in group[:-1] if not _ends_sentence(text, line)]
    same_width = min(full) >= MIN_WRAPPED_CHARS and max(full) <= 100 and max(full) - min(full) <= 25
    return same_width and group[-1].end - group[-1].start <= max(full) + 5 and 2 * len(broken) > len(full)


def _starts_anew(text: str, line: Block) -> bool:
    return bool(has_marker(text, line.start) or _FENCE.match(text, line.start) or "|" in text[line.start : line.end])


def _trimmed(text: str, start: int, end: int, role: Role) -> Block | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Block(start, end, role) if start < end else None


def _ends_sentence(text: str, line: Block) -> bool:
    return bool(_TERMINAL.search(text[max(line.start, line.end - 80) : line.end]))


def _role(page: _Page, index: int) -> Role:
    content = page.content(index)
    if page.title and _folded(content.lstrip("# ")) == page.title:
        return Role.TITLE
    if _MARKDOWN_HEADING.match(content) or _BOLD_LINE.match(content):
        return Role.HEADING
    if _IMAGE.match(content) or (index and _CAPTION_LABEL.match(page.content(index - 1))):
        return Role.CAPTION
    if _is_byline_of(page.authors, content):
        return Role.BYLINE
    if _is_item_of_a_list(page, index):
        return Role.LIST_ITEM
    role = _role_by_form(content) or _role_by_place(page, index)
    if role is Role.BODY and has_marker(content):
        return Role.QUOTE if content.startswith(">") else Role.LIST_ITEM
    return role


def _is_item_of_a_list(page: _Page, index: int) -> bool:
    """`Name: what it is` below a line that opens a list and lines of the same form, without bullets."""
    while index > 0 and _NAMED_ITEM.match(page.content(index)):
        index -= 1
        if _LIST_OPENER.search(page.content(index)):
            return True
    return False


def _is_byline_of(authors: Sequence[str], content: str) -> bool:
    """Whether the line is an author's name, with a post or place perhaps, or says who the author is."""
    plain = without_markup(content)
    rests = [plain[len(name) :] for name in authors if _folded(plain[: len(name)]) == name]
    if not rests or rests[0][:1].isalnum():
        return False
    is_name = len(plain.split()) <= MAX_HEADING_WORDS and not _TERMINAL.search(plain[-80:]) and ":" not in plain
    return is_name or bool(_BIO.match(rests[0]))


def _role_by_form(content: str) -> Role | None:
    """The role that the line's own wording gives away."""
    content = without_markup(content).lstrip("> ")
    n_words = len(content.split())
    if not any(char.isalnum() for char in content):
        return Role.SEPARATOR
    if content.count("|") >= 2 or content.count("\t") >= 2 or _LINE_UP.match(content):
        return Role.TABLE
    if _DATE_LINE.match(content):
        return Role.DATELINE
    if n_words <= MAX_BOILERPLATE_WORDS and _BOILERPLATE.match(content.lstrip("*_>[-•» ")):
        return Role.BOILERPLATE
    if n_words <= 30 and any(pattern.match(content) for pattern in _BYLINES):
        return Role.BYLINE
    if n_words <= MAX_CAPTION_WORDS and (
        _CAPTION_START.match(content) or _CREDIT.search(content, max(0, len(content) - 120))
    ):
        return Role.CAPTION
    return None


def _role_by_place(page: _Page, index: int) -> Role:
    """A short line without a full stop is a heading where a list or sentences with one follow below.

    So is one of very few words, as in a menu, wherever the text has sentences elsewhere.
    """
    content = page.content(index)
    following = page.lines[index + 1 : index + 5]
    if following and _UNDERLINE.match(page.content(index + 1)):
        return Role.HEADING
    n_words = len(content.split())
    max_words = MAX_LIST_INTRO_WORDS if content.endswith(":") else MAX_HEADING_WORDS
    short = n_words <= max_words and not content.endswith((",", ";")) and not content[0].islower()
    if not short or has_marker(content) or _ends_sentence(page.text, page.lines[index]) or _TIMESTAMP.match(content):
        return Role.BODY
    if _LIST_OPENER.search(content) or is_several(content):
        return Role.BODY
    heads_list = bool(following) and bool(_LIST_ITEM.match(page.text, following[0].start))
    is_label = n_words <= MAX_LABEL_WORDS and page.has_sentences and ":" not in content
    is_heading = heads_list or is_label or any(_ends_sentence(page.text, line) for line in following)
    return Role.HEADING if is_heading else Role.BODY


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".")


def _parts(text: str, line: Block, role: Role) -> Iterator[Block]:
    """Split what stands before and after the sentences of a line off it: datelines, credits, sign-offs."""
    start, end = line.start, line.end
    tails: list[Block | None] = []
    is_image = bool(_IMAGE.match(text, start))
    if role is Role.CAPTION and not is_image and (credit := _CREDIT.search(text[start:end], max(0, end - start - 120))):
        tails.append(_trimmed(text, start + credit.start(), end, Role.CREDIT))
        end = start + credit.start()
    if role.is_read:
        for pattern, head_role in ((_TIMESTAMP, Role.TIMESTAMP), (_DATELINE, Role.DATELINE)):
            if head := pattern.match(text, start, end):
                yield Block(start, head.end() - _n_trailing_spaces(head.group()), head_role)
                start = head.end()
        if sign_off := _SIGN_OFF.search(text, start, end):
            tails.append(_trimmed(text, sign_off.start("by"), end, Role.BYLINE))
            end = sign_off.start("by")
    yield from (part for part in (_trimmed(text, start, end, role), *tails) if part)


def _n_trailing_spaces(text: str) -> int:
    return len(text) - len(text.rstrip())
