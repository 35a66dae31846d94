"""What of a body is newly written, what it quotes, and what stands under every letter. Pure.

A reply that holds our link in the mail it answers to does not send the link again; a forward
sends all that it carries. A link in a signature was not chosen for anybody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from contentlib.adapters.mailbox import phrases

Mark = Literal["new", "quoted", "signature"]


@dataclass(slots=True)
class Line:
    """A line of a body with its links. `mark`: what the body itself says that it is;
    `begins_quote`: from here on all is quoted, as the mail program marked it.
    """

    text: str = ""
    links: list[str] = field(default_factory=list)
    mark: Mark = "new"
    begins_quote: bool = False

    @property
    def is_quoted(self) -> bool:
        return self.mark == "quoted"


@dataclass(frozen=True, slots=True)
class Parted:
    """The links of a body: newly written ones, those of a quotation, those of a signature."""

    new: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    is_forward: bool = False


_LONGEST_READ = 400
_BEFORE_COLON = re.compile(r"^[\s>*_]*(?P<name>[^\d\W][^:：]{0,24}?)[\s*_]*[:：]")
_HEAD_LINES = 8


def parted(lines: Sequence[Line]) -> Parted:
    """Tells new links from others.

    1. What the body marks is quoted: `>`, a quotation of HTML.
    2. From "Original message", or a block of From/Sent/To, on all is quoted.
    3. "Ann wrote:" has its quotation behind it: the marked lines, or all where none is marked.
    4. What is left from a line "-- " on is the signature (RFC 3676, 4.3), beside what is marked
       as one.
    """
    lines = list(lines)
    since = _quoted_since(lines)
    quoted = [line.is_quoted or at >= since for at, line in enumerate(lines)]
    new: list[str] = []
    within: list[str] = []
    standing: list[str] = []
    is_signed = False
    for line, old in zip(lines, quoted, strict=True):
        is_signed = is_signed or (line.text == "-- " and not old)
        in_signature = is_signed or line.mark == "signature"
        kept = within if old else standing if in_signature else new
        kept += line.links
    is_forward = _begins_with_forward(lines, quoted)
    return Parted(tuple(new), tuple(within), tuple(standing), is_forward)


def _quoted_since(lines: list[Line]) -> int:
    """The number of the line from which on all is quoted; one behind the last for none."""
    last_marked = max((at for at, line in enumerate(lines) if line.is_quoted), default=-1)
    for at, line in enumerate(lines):
        if line.begins_quote:
            return at
        if line.is_quoted:
            continue
        text = line.text[:_LONGEST_READ]
        if (
            phrases.ORIGINAL.match(text)
            or phrases.FORWARDED.match(text)
            or _is_head_of_mail(lines, at)
        ):
            return at
        if at > last_marked and _is_attribution(lines, at):
            return at
    return len(lines)


def _is_attribution(lines: list[Line], at: int) -> bool:
    text = lines[at].text[:_LONGEST_READ].strip()
    if _attributes(text):
        return True
    # long ones are broken over two lines
    following = lines[at + 1].text[:_LONGEST_READ].strip() if at + 1 < len(lines) else ""
    return bool(text) and text[-1] not in ".!?:" and _attributes(f"{text} {following}")


def _attributes(text: str) -> bool:
    """Whether it says that somebody wrote something, and when or from which address."""
    if not text.endswith((":", "\uff1a")) or len(text) > _LONGEST_READ:
        return False
    has_proof = "@" in text or any(sign.isdigit() for sign in text)
    return has_proof and phrases.ATTRIBUTION.match(text) is not None


def _is_head_of_mail(lines: list[Line], at: int) -> bool:
    """Whether a block of From, Sent and To or Subject begins here, in any of many languages."""
    if _named(lines[at].text) not in phrases.FROM:
        return False
    names = {_named(line.text) for line in lines[at + 1 : at + _HEAD_LINES]}
    return bool(names & phrases.WHEN) and bool(names & phrases.ABOUT)


def _named(text: str) -> str:
    found = _BEFORE_COLON.match(text[:80])
    if found is None:
        return ""
    name = found["name"].casefold()
    return (
        name
        if name in phrases.FROM | phrases.WHEN | phrases.ABOUT
        else name.replace(" ", "").split("(")[0]
    )


def _begins_with_forward(lines: list[Line], quoted: list[bool]) -> bool:
    """Whether the first that is quoted is introduced as forwarded, not as answered."""
    spoken = [at for at, line in enumerate(lines) if line.text.strip()]
    first = next((number for number, at in enumerate(spoken) if quoted[at]), None)
    if first is None:
        return False
    before = spoken[max(first - 2, 0) : first]
    if any(_is_attribution(lines, at) for at in before):
        return False
    return any(
        phrases.FORWARDED.match(lines[at].text[:_LONGEST_READ]) for at in (*before, spoken[first])
    )
