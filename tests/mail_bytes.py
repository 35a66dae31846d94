"""Parts of letters as bytes, the way different mail programs write them."""

import base64
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from quopri import encodestring

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file, and the asset (by id) that it is; None for a file of somebody else's."""

    name: str
    body: bytes = field(repr=False)
    asset_id: int | None
    media_type: str = DOCX
    is_inline: bool = False


def typed(content_type: str, body: bytes) -> bytes:
    return f"Content-Type: {content_type}\n\n".encode() + body


def coded(content_type: str, text: str, chance: random.Random) -> bytes:
    """The text in one of the ways that it may be on its way."""
    head = f"Content-Type: {content_type}; charset=utf-8\nContent-Transfer-Encoding: "
    body = text.encode()
    ways: dict[str, Callable[[bytes], bytes]] = {
        "8bit": bytes,
        "quoted-printable": encodestring,
        "base64": base64.encodebytes,
    }
    name = chance.choice(sorted(ways))
    return f"{head}{name}\n\n".encode() + ways[name](body) + b"\n"


def calendar(text: str) -> bytes:
    return typed("text/calendar; method=REQUEST; charset=utf-8", text.encode())


def file_part(file: Attached) -> bytes:
    name = base64.b64encode(file.name.encode()).decode()
    shown = "inline" if file.is_inline else "attachment"
    head = (
        f'Content-Type: {file.media_type}; name="=?utf-8?B?{name}?="\n'
        f'Content-Disposition: {shown}; filename="=?utf-8?B?{name}?="\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + base64.encodebytes(file.body)


def many(subtype: str, parts: Sequence[bytes]) -> bytes:
    # as long as no part holds another's boundary, nested ones can be told apart
    boundary = f"=_{subtype.split(';')[0]}_{sum(map(len, parts))}"
    kind, _, rest = subtype.partition(";")
    more = f";{rest}" if rest else ""
    head = f'Content-Type: multipart/{kind}{more}; boundary="{boundary}"\n\n'
    inner = b"".join(f"--{boundary}\n".encode() + part + b"\n" for part in parts)
    return head.encode() + inner + f"--{boundary}--\n".encode()
