"""A message as its parts: parsed within bounds, each part read without trust in its headers."""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from functools import lru_cache
from typing import TypeVar

_LONGEST_HEADER = 65_536
# the parser of structured headers takes the square of their length
_LONGEST_STRUCTURED = 4_096
_MOST_PARTS = 400
_MOST_BOUNDARIES = 100
_MOST_DASHED = 50_000
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_DEEPEST = 12
_LONGEST_TEXT = 4_000_000
_LONGEST_NAME = 255
# codecs that are no charsets, or take the square of the text's length
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
TOO_MANY = "The message has more parts, or deeper ones, than are read."
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069/\\]+")

_T = TypeVar("_T")
_U = TypeVar("_U")


class _Bounded(EmailPolicy):
    """The default policy, for which no header is longer than we care to parse."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        is_structured = name.lower().startswith("content-")
        return name, value[: _LONGEST_STRUCTURED if is_structured else _LONGEST_HEADER]


# each look at a header parses it anew, and a part's type is looked at many times
_POLICY = _Bounded(header_factory=lru_cache(maxsize=256)(HeaderRegistry()))


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a message. `is_nested`: it stands in a message that this one carries."""

    message: Message
    content_type: str
    disposition: str | None
    file_name: str
    is_nested: bool
    is_body: bool

    def body(self) -> bytes:
        """The decoded bytes; as they stand where the encoding is broken."""
        return decoded(self.message)

    def text(self) -> str:
        """The text of a body, by the charset it claims, else by one that fits."""
        return _text(self.body()[:_LONGEST_TEXT], parameter(self.message, "charset"))


def parsed(raw: bytes, problems: list[str]) -> Message:
    """The message of these bytes, whatever they are; of one that is nested too deep or has too
    many parts the headers alone, which `problems` then says.
    """
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    # the parser takes time for each line as often as parts are nested, and room for each part
    is_overgrown = (
        len(_BOUNDARY.findall(raw)) > _MOST_BOUNDARIES or raw.count(b"\n--") > _MOST_DASHED
    )
    if not is_overgrown:
        try:
            return message_from_bytes(raw, policy=_POLICY)
        except (MessageError, ValueError, LookupError, RecursionError, AttributeError):
            pass
    problems.append(TOO_MANY)
    return _headers_of(raw)


def _headers_of(raw: bytes) -> Message:
    message = EmailMessage()
    head, _, _ = raw[:_LONGEST_HEADER].replace(b"\r\n", b"\n").partition(b"\n\n")
    for line in re.sub(rb"\n[ \t]+", b" ", head).split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon and re.fullmatch(rb"[A-Za-z0-9-]+", name):
            # past the policy's checks, as the parser does it
            message.set_raw(name.decode(), value.strip().decode("ascii", "replace"))
    return message


def parts_of(message: Message, problems: list[str]) -> Iterator[Part]:
    """The leaves in their order, those of carried messages too; what goes beyond the bounds is
    left out and said in `problems`.
    """
    waiting: list[tuple[Message, int, bool]] = [(message, 0, False)]
    seen = 0
    while waiting:
        part, depth, is_nested = waiting.pop()
        seen += 1
        if seen > _MOST_PARTS or depth > _DEEPEST:
            problems.append(TOO_MANY)
            return
        carried = _carried(part, problems)
        if carried is not None:
            waiting.append((carried, depth + 1, True))
        elif part.is_multipart():
            waiting += [(each, depth + 1, is_nested) for each in reversed(children(part))]
        else:
            yield _leaf(part, is_nested)


def children(part: Message) -> list[Message]:
    """The parts directly within; none within a leaf."""
    held = part.get_payload()
    return [each for each in held if isinstance(each, Message)] if isinstance(held, list) else []


def _leaf(part: Message, is_nested: bool) -> Part:
    kind, told, name = content_type(part), disposition(part), file_name(part)
    # a multipart without parts is a text whose boundary was lost
    is_text = kind in ("text/plain", "text/html") or kind.startswith("multipart/")
    is_body = is_text and told != "attachment" and not name
    return Part(part, kind, told, name, is_nested, is_body)


def _carried(part: Message, problems: list[str]) -> Message | None:
    """The message that a part carries: as message/rfc822, or as a file of mail."""
    is_message = content_type(part) in ("message/rfc822", "message/global")
    if is_message and part.is_multipart():
        inner = part.get_payload(0)
        if not isinstance(inner, Message):
            return None
        encoding = str(attempted(lambda: part.get("Content-Transfer-Encoding"), "") or "")
        # against the standard, and yet it is sent: the parser has taken the base64 for its text
        if encoding.strip().lower() == "base64" and not inner.keys():
            coded = str(inner.get_payload()).encode("ascii", "replace")
            return parsed(_from_base64(coded), problems)
        return inner
    if not part.is_multipart() and file_name(part).lower().endswith(".eml"):
        return parsed(decoded(part), problems)
    return None


def _from_base64(coded: bytes) -> bytes:
    try:
        return base64.b64decode(coded)
    except (binascii.Error, ValueError):
        return b""


def attempted(read: Callable[[], _T], otherwise: _U) -> _T | _U:
    """What `read` gives. The parser of headers stumbles over broken ones in ways that no list of
    exceptions holds: such a header counts as absent.
    """
    try:
        return read()
    except Exception:
        return otherwise


def content_type(part: Message) -> str:
    return attempted(part.get_content_type, "application/octet-stream")


def disposition(part: Message) -> str | None:
    return attempted(lambda: part.get_content_disposition(), None)


def parameter(part: Message, name: str) -> str:
    """A parameter of the content type, "" where there is none."""
    found = attempted(lambda: part.get_param(name), None)
    return found if isinstance(found, str) else ""


def file_name(part: Message) -> str:
    """The name of an attached file as its sender knew it; without folders and control signs."""
    written = attempted(part.get_filename, None)
    if not isinstance(written, str):
        return ""
    if "=?" in written:
        coded = written
        written = attempted(lambda: str(make_header(decode_header(coded))), coded)
    # bytes that were no ASCII came through the parser as lone surrogates
    written = written.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    plain = " ".join(_UNPRINTABLE.sub(" ", written).split())
    stem, dot, ending = plain.rpartition(".")
    return (
        f"{stem[: _LONGEST_NAME - 20]}{dot}{ending[:19]}" if len(plain) > _LONGEST_NAME else plain
    )


def decoded(part: Message) -> bytes:
    """The bytes of a leaf, out of its transfer encoding."""
    found: object = attempted(lambda: part.get_payload(decode=True), None)
    return found if isinstance(found, bytes) else b""


def _text(body: bytes, charset: str) -> str:
    for name in (charset.strip().strip("'\""), "utf-8"):
        try:
            if name and codecs.lookup(name).name.replace("-", "_") not in _NO_CHARSETS:
                text = body.decode(name)
                # a charset of two bytes a letter that is claimed for a text of one
                if b"://" not in body or "://" in text:
                    return text
        except (LookupError, ValueError):
            continue
    return body.decode("cp1252", "replace")
