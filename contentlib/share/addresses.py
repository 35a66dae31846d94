"""Recipients as people paste them: `Ann Lee <ann@x.example>; bob@y.example`. Pure."""

import re
from dataclasses import dataclass

from contentlib.errors import InvalidInput

# A quoted name may hold commas: "Lee, Ann" <ann@x.example>
_PART = re.compile(r'(?:"[^"]*"|[^",;\r\n\t])+')
_IN_BRACKETS = re.compile(r"^(?P<name>[^<>]*)<\s*(?:mailto:)?(?P<email>[^<>\s]+)\s*>$")


@dataclass(frozen=True, slots=True)
class Addressee:
    """An address as it was written, and the name beside it ("" for none)."""

    email: str
    name: str = ""


def addressees(text: str) -> list[Addressee]:
    """Those named in the text, parted by commas, semicolons, tabs or lines; each once, in order.

    Also reads what mail programs copy: names in quotes, `Lee, Ann <ann@x.example>`, and bare
    addresses parted by spaces. Raises InvalidInput naming the part without an address.

    >>> addressees('"Lee, Ann" <ann@x.example>; bob@y.example')
    [Addressee(email='ann@x.example', name='Lee, Ann'), Addressee(email='bob@y.example', name='')]
    """
    found: dict[str, Addressee] = {}
    surname = ""
    for part in _PART.findall(text):
        written = part.strip()
        if not written:
            continue
        if "@" not in written:
            if surname:
                raise _no_address(surname)
            surname = written
            continue
        for one in _read(written, surname):
            found.setdefault(one.email.casefold(), one)
        surname = ""
    if surname:
        raise _no_address(surname)
    return list(found.values())


def _read(written: str, surname: str) -> list[Addressee]:
    bracketed = _IN_BRACKETS.match(written)
    if bracketed is not None:
        name = " ".join(bracketed["name"].replace('"', " ").split())
        if surname:
            name = f"{surname}, {name}" if name else surname
        return [Addressee(bracketed["email"], name)]
    if surname:
        raise _no_address(surname)
    bare = written.split()
    odd = next((word for word in bare if "@" not in word), None)
    if odd is not None:
        raise _no_address(odd)
    return [Addressee(word) for word in bare]


def _no_address(written: str) -> InvalidInput:
    sentence = f"“{written[:80]}” is not an e-mail address."
    return InvalidInput(sentence, {"recipients": sentence})
