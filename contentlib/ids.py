"""Identifiers for the world outside, and share tokens that no stolen table gives away."""

import base64
import hashlib
import hmac
import secrets

# No vowels and no look-alikes: an id read aloud or printed is neither a word nor ambiguous.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
_SIGNATURE_BYTES = 15


def public_id(length: int = 14) -> str:
    """A random id for addresses and pages; 14 characters carry 66 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def sign_token(public: str, *, key: bytes, purpose: str) -> str:
    """The token of a public id: the id, then 120 bits of HMAC-SHA-256 under our key.

    Only the id is stored, so a copy of the database opens no link, and yet a rep can
    copy the link again.
    """
    mac = hmac.new(key, f"{purpose}:{public}".encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(mac[:_SIGNATURE_BYTES]).decode()
    return f"{public}{signature}"


def read_token(token: str, *, key: bytes, purpose: str) -> str | None:
    """The public id of a genuine token, or None. Takes the same time for every wrong one."""
    signature_chars = _SIGNATURE_BYTES * 4 // 3
    public = token[:-signature_chars]
    expected = sign_token(public, key=key, purpose=purpose)
    genuine = hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass"))
    return public if genuine and public else None


def secret_token() -> str:
    """An unguessable secret of 256 bits, to be shown once and stored hashed."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """How a high-entropy secret is stored: plain SHA-256, for it cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
