"""The gates of a share: what a visitor must prove before anything is shown, and the passcode.

Refusal comes first, then the passcode, then the address. Only `with_passcode` and
`passcode_opens` are slow (argon2, on purpose); nothing here reads a database or a clock.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contentlib.errors import InvalidInput
from contentlib.share.rules import ShareRules

Gate = Literal["passcode", "email"]

_SHORTEST_PASSCODE, _LONGEST_PASSCODE = 4, 100


@dataclass(frozen=True, slots=True)
class Proof:
    """What a visitor carries: the fingerprint of the passcode they knew, the address they proved
    (`rules.normalised_address` of it)."""

    passcode: str | None = None
    address: str | None = None


NO_PROOF = Proof()


def gate_before(rules: ShareRules, proof: Proof) -> Gate | None:
    """The next gate that the proof does not open; None when the way is free."""
    if rules.passcode_hash is not None and proof.passcode != fingerprint(rules.passcode_hash):
        return "passcode"
    if rules.proves_address and (proof.address is None or not allows(rules, proof.address)):
        return "email"
    return None


def allows(rules: ShareRules, address: str) -> bool:
    """Whether a code may be mailed to this normalised address."""
    if not rules.allowed:
        return rules.proves_address
    _, _, domain = address.rpartition("@")
    if address in rules.allowed or f"@{domain}" in rules.allowed:
        return True
    labels = domain.split(".")
    above = (".".join(labels[n:]) for n in range(1, len(labels)))
    return any(f"@*.{parent}" in rules.allowed for parent in above)


def fingerprint(passcode_hash: str) -> str:
    """What a proof says of the passcode: of its present hash, so that a new one ends the proof."""
    return hashlib.sha256(passcode_hash.encode()).hexdigest()


def with_passcode(rules: ShareRules, text: str) -> ShareRules:
    """The rules with this passcode, hashed; with none where the text is blank.

    Raises InvalidInput for one of fewer than 4 or more than 100 characters.
    """
    passcode = _as_typed(text)
    if not passcode:
        return replace(rules, passcode_hash=None)
    if not _SHORTEST_PASSCODE <= len(passcode) <= _LONGEST_PASSCODE:
        sentence = f"A passcode has {_SHORTEST_PASSCODE} to {_LONGEST_PASSCODE} characters."
        raise InvalidInput(sentence, {"passcode": sentence})
    return replace(rules, passcode_hash=_hasher().hash(_bytes(passcode)))


def passcode_opens(rules: ShareRules, text: str) -> bool:
    """Whether this is the passcode. Takes tens of milliseconds: limit the tries before."""
    passcode = _as_typed(text)
    if rules.passcode_hash is None or len(passcode) > _LONGEST_PASSCODE:
        return False
    try:
        return _hasher().verify(rules.passcode_hash, _bytes(passcode))
    except (VerificationError, InvalidHashError):
        return False


def _as_typed(text: str) -> str:
    """What was copied out of a mail brings blanks along, and composed letters in either form."""
    return unicodedata.normalize("NFC", text.strip())


def _bytes(passcode: str) -> bytes:
    # a script's JSON may hold half a character
    return passcode.encode("utf-8", "surrogatepass")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()
