"""A deal as it was understood: what is wanted of an asset, piece by piece. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Any

from contentlib.taxonomy.queries import TermView

PAIN, NOTES = "pain", "notes"

# The default model reads 256 tokens, some 900 characters, and forgets the rest of a text.
PART_CHARS = 900
MOST_PARTS = 4
_SENTENCE = re.compile(r".+?(?:[.!?…](?=\s)|\n|$)", re.S)


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing understood of a deal, which may be switched off.

    `key` names it in addresses and events; `term` is None for something said that is in no
    vocabulary: it still counts by its words. `source`: account, deal, contacts, notes, given.
    """

    key: str
    facet: str
    facet_label: str
    label: str
    source: str
    term: TermView | None = None
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Deal:
    """What a recommendation is asked for.

    `pain` is the buyer's problem in short, `notes` what was written down or pasted. `account` is
    who it is for; its ids are there where the CRM knows it.
    """

    chips: tuple[Chip, ...] = ()
    pain: str = ""
    notes: str = ""
    account: str = ""
    account_id: int | None = None
    opportunity_id: int | None = None
    ignored: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()

    def without(self, keys: frozenset[str]) -> "Deal":
        """The same with these chips (and "pain", "notes") switched off."""
        chips = tuple(replace(chip, is_on=chip.key not in keys) for chip in self.chips)
        return replace(self, chips=chips, off=keys)

    @property
    def on(self) -> tuple[Chip, ...]:
        return tuple(chip for chip in self.chips if chip.is_on)

    @property
    def terms(self) -> tuple[TermView, ...]:
        """The vocabulary's terms that count."""
        return tuple(chip.term for chip in self.on if chip.term is not None)

    def terms_of(self, facet: str) -> tuple[TermView, ...]:
        return tuple(term for term in self.terms if term.facet == facet)

    @property
    def ways_to_ask(self) -> tuple[str, ...]:
        """The texts it is searched by: the problem, the notes, the facts; blank ones left out.

        Asked apart and not as one text, because in one text the longest part drowns the others:
        nDCG@10 on the judged deals of two libraries .69 as one, .74 apart.
        """
        facts = ". ".join(dict.fromkeys(chip.label for chip in self.on if chip.facet != "size"))
        said = {PAIN: self.pain, NOTES: self.notes}
        texts = [text for key, text in said.items() if key not in self.off]
        return tuple(text for text in (*texts, facts) if text.strip())

    @property
    def is_blank(self) -> bool:
        return not self.ways_to_ask

    def as_json(self) -> dict[str, Any]:
        """What the event keeps: enough to ask again, and to say what was missing.

        Keys of terms and words, no id: a vocabulary may be rebuilt.
        """
        return {
            "chips": [
                {"key": c.key, "label": c.label, "source": c.source, "on": c.is_on}
                for c in self.chips
            ],
            "pain": self.pain[:1000],
            "notes": self.notes[:4000],
            "off": sorted(self.off),
        }


def parts_of(text: str) -> tuple[str, ...]:
    """A long text in pieces that a model reads whole, cut between sentences; at most four.

    What is beyond them is left out, as is the tail of a sentence that is longer than a piece.

    >>> parts_of("Trucks wait. Nobody knows why.")
    ('Trucks wait. Nobody knows why.',)
    """
    parts = [""]
    for sentence in _SENTENCE.findall(text):
        if parts[-1] and len(parts[-1]) + len(sentence) > PART_CHARS:
            parts.append("")
        parts[-1] += sentence[:PART_CHARS]
    return tuple(part.strip() for part in parts if part.strip())[:MOST_PARTS]
