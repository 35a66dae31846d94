"""The lines of a body, with the links of each: of plain text, and of HTML. Pure."""

import re
from itertools import islice
from typing import TYPE_CHECKING

from contentlib.adapters.mailbox.links import written_in
from contentlib.adapters.mailbox.parts import attempted
from contentlib.adapters.mailbox.quoting import Line, Mark

if TYPE_CHECKING:
    from bs4 import Tag

_QUOTED_BY_SIGN = re.compile(r"\s{0,3}>")
_MOST_LINES = 50_000
_LONGEST_LINE = 2_000
# what is newly written stands on top; below it are the answers of months
_LONGEST_MARKUP = 1_500_000
_PICTURE_WITHIN = re.compile(r"data:[a-z0-9/+.-]{1,80};base64,[A-Za-z0-9+/=%]*")
_BLANKS = re.compile(r"\s+")
_BREAKS = frozenset(
    (  # noqa: SIM905 - a list of words, not of one word a line
        "address article aside blockquote body br center dd div dl dt fieldset figure footer form "
        "h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th "
        "thead tr ul"
    ).split()
)
_UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript"))
_NOT_FOLLOWED = frozenset(("link", "base"))
# What mail programs put around what they quote ...
_QUOTING_CLASSES = frozenset(
    (
        "gmail_quote",
        "gmail_quote_container",
        "yahoo_quoted",
        "protonmail_quote",
        "tutanota_quote",
        "zmail_extra",
        "moz-forward-container",
        "front-blockquote",
        "iosymail",
    )
)
_SIGNATURES = frozenset(
    ("gmail_signature", "moz-signature", "signature", "ms-outlook-mobile-signature")
)
_QUOTING_IDS = frozenset(
    ("isforwardcontent", "isreplycontent", "mail-editor-reference-message-container")
)
# ... or before it, so that all that follows is quoted.
_FROM_HERE_CLASSES = frozenset(("ms-outlook-mobile-reference-message", "outlookmessageheader"))
_FROM_HERE_IDS = frozenset(
    (
        "divrplyfwdmsg",
        "appendonsend",
        "stopspelling",
        "zwchr",
        "orimsghtmlseperator",
        "reply-intro",
    )
)
_OUTLOOK_RULE = re.compile(
    r"border(?:-top)?\s*:[^;]*solid\s*(?:#(?:e1e1e1|b5c4df)|rgb\(\s*(?:225,\s*225,\s*225|181,\s*196,\s*223))",
    re.IGNORECASE,
)


def lines_of_text(text: str) -> list[Line]:
    """The lines of a plain text. A link that is broken over lines stands where it begins."""
    lines = [
        Line(text=line, mark="quoted" if _QUOTED_BY_SIGN.match(line) else "new")
        for line in text.splitlines()[:_MOST_LINES]
    ]
    for at, line in enumerate(lines):
        if "://" in line.text:
            line.links = list(written_in(_rejoined(lines, at)))
    return lines


def _rejoined(lines: list[Line], at: int) -> str:
    """The line, with what follows where a bracket around an address is not closed in it."""
    text = lines[at].text
    if text.rfind("<http") <= text.rfind(">"):
        return text
    following = "\n".join(line.text.lstrip("> ") for line in lines[at + 1 : at + 5])
    closed, bracket, _ = following.partition(">")
    return f"{text}\n{closed}{bracket}" if bracket and "://" not in closed else text


def lines_of_html(markup: str) -> list[Line]:
    """The lines that a reader sees, each with the addresses it links and those it spells out."""
    from bs4 import BeautifulSoup

    bounded = _PICTURE_WITHIN.sub("", markup)[:_LONGEST_MARKUP]
    soup = attempted(lambda: BeautifulSoup(bounded, "lxml"), None)
    if soup is None:
        return lines_of_text(re.sub(r"<[^>]{0,2000}>", "\n", bounded))
    page = _Page()
    # a stack of our own: markup may be nested deeper than Python calls
    waiting: list[tuple[object, Mark]] = [(soup, "new")]
    while waiting and len(page.lines) < _MOST_LINES:
        node, mark = waiting.pop()
        page.visit(node, mark, waiting)
    return page.lines


class _Page:
    """The lines so far; the last one is being written."""

    def __init__(self) -> None:
        self.lines = [Line()]

    def visit(self, node: object, mark: Mark, waiting: list[tuple[object, Mark]]) -> None:
        from bs4 import Tag
        from bs4.element import NavigableString, PreformattedString

        if isinstance(node, _Break):
            self._break(mark)
        elif isinstance(node, Tag):
            self._enter(node, mark, waiting)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            self._write(str(node), mark)

    def _enter(self, tag: "Tag", mark: Mark, waiting: list[tuple[object, Mark]]) -> None:
        name = tag.name.lower() if tag.name else ""
        if name in _UNSEEN:
            return
        within = _mark_within(tag, name, mark)
        if name in _BREAKS or within != mark:
            self._break(within)
            waiting.append((_BREAK, mark))
        if within != "quoted" and _begins_quote(tag):
            self._break(within)
            self.lines[-1].begins_quote = True
            self._break(within)
        address = tag.get("href")
        if isinstance(address, str) and name not in _NOT_FOLLOWED:
            self.lines[-1].links.append(address)
        waiting += [(child, within) for child in reversed(tag.contents)]

    def _write(self, text: str, mark: Mark) -> None:
        line = self.lines[-1]
        line.mark = mark
        line.links += written_in(text)
        if len(line.text) < _LONGEST_LINE:
            line.text = f"{line.text}{_BLANKS.sub(' ', text)}"[:_LONGEST_LINE]

    def _break(self, mark: Mark) -> None:
        last = self.lines[-1]
        if last.text.strip() or last.links or last.begins_quote:
            self.lines.append(Line(mark=mark))
        else:
            last.mark = mark


class _Break:
    """Stands for the end of a block among what is still to be visited."""


_BREAK = _Break()


def _mark_within(tag: "Tag", name: str, mark: Mark) -> Mark:
    if mark == "quoted" or _quotes(tag, name):
        return "quoted"
    return "signature" if _classes(tag) & _SIGNATURES or _id(tag) in _SIGNATURES else mark


def _quotes(tag: "Tag", name: str) -> bool:
    if name == "blockquote" and str(tag.get("type") or "").lower() == "cite":
        return True
    if str(tag.get("name") or "").lower() == "messagereplysection":
        return True
    return bool(_classes(tag) & _QUOTING_CLASSES) or _id(tag) in _QUOTING_IDS


def _begins_quote(tag: "Tag") -> bool:
    if _id(tag) in _FROM_HERE_IDS or _classes(tag) & _FROM_HERE_CLASSES:
        return True
    style = str(tag.get("style") or "")
    return tag.name == "div" and "border" in style and _is_head_of_outlook(tag, style)


def _is_head_of_outlook(tag: "Tag", style: str) -> bool:
    """A thin rule with From and Sent under it: how Outlook sets off what it quotes."""
    if _OUTLOOK_RULE.search(style[:500]) is None:
        return False
    # the next few words alone: asked for all within, whoever nests such blocks makes us read all
    # of it for each
    near = [str(node) for node in islice(tag.next_elements, 40) if not hasattr(node, "contents")]
    return sum(words.count(":") + words.count("：") for words in near) >= 2


def _id(tag: "Tag") -> str:
    # what passes through Outlook on the web has an x_ before each of its names
    return str(tag.get("id") or "").lower().removeprefix("x_")


def _classes(tag: "Tag") -> frozenset[str]:
    told = tag.get("class")
    names = told.split() if isinstance(told, str) else list(told or ())
    return frozenset(name.lower().removeprefix("x_") for name in names)
