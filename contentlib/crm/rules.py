"""Decisions about accounts and deals. Pure."""

import re

from contentlib.taxonomy.rules import term_key

# fmt: off
_LEGAL_FORMS = frozenset((
    "ab", "ag", "and", "as", "asa", "bv", "co", "company", "corp", "corporation", "gmbh",
    "group", "holding", "holdings", "inc", "incorporated", "kg", "kgaa", "limited", "llc", "llp",
    "ltd", "nv", "oy", "oyj", "plc", "pty", "sa", "sarl", "sas", "se", "spa", "srl", "the",
))
# fmt: on


def company_key(name: str) -> str:
    """A company's name as it is compared: without case, accents, marks and legal form.

    >>> company_key("Lindenau Pharma, GmbH & Co. KG") == company_key("LINDENAU Pharma")
    True
    """
    # "S.A." is one word, "A/S" too
    words = term_key(re.sub(r"(?<=\b\w)[./](?=\w\b)", "", name)).split("-")
    kept = [word for word in words if word and word not in _LEGAL_FORMS]
    return "-".join(kept or words)


def same_company(one: str, other: str) -> bool:
    """Whether two names mean one company; a blank name means none."""
    return bool(one.strip()) and company_key(one) == company_key(other)
