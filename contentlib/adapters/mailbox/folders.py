"""The messages of a file or folder, one after another: .eml, mbox, Maildir, or folders of them.

Read as a stream: of an mbox of many gigabytes no more than one message is in memory.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from contentlib.errors import InvalidInput

_LINE = 1 << 16
_HEADER = re.compile(rb"(?:[!-9;-~]+[ \t]*:|>*From )")
# "From ann@x.example Mon Jun  1 04:28:28 2009": how a program writes it
_FROM_DATED = re.compile(rb"From \S.* (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d{1,2}:\d{2}.*\d{4}")
# what else may stand there; a sentence of a letter may too, so it needs an empty line before it
_FROM_TIMED = re.compile(rb"From \S+ .*\d{1,2}:\d{2}")
_ESCAPED_FROM = re.compile(rb">+From ")
_MAILDIR = ("cur", "new")


@dataclass(frozen=True, slots=True)
class Found:
    """A message and where it stood; without its bytes, `problem` says why they were not read."""

    source: str
    raw: bytes = field(repr=False)
    problem: str = ""


def messages_in(path: Path, *, max_bytes: int) -> Iterator[Found]:
    """Every message of a file or folder, in the order of names.

    A message of more than `max_bytes` is told as a problem. In folders, files that are no mail
    are passed over. Raises InvalidInput for a path that is not there, or a file that is no mail.
    """
    if path.is_dir():
        return _of_folder(path, max_bytes)
    if not path.exists():
        raise InvalidInput(f"There is no file or folder {path}.")
    if not _is_mail(path):
        raise InvalidInput(f"{path} is neither a message (.eml) nor an mbox nor a Maildir.")
    return _of_file(path, max_bytes)


def _of_folder(root: Path, max_bytes: int) -> Iterator[Found]:
    for folder, inner, names in os.walk(root):
        inner.sort()
        here = Path(folder)
        is_of_maildir = here.name in _MAILDIR and (here.parent / "cur").is_dir()
        if (here / "cur").is_dir() and "tmp" in inner:
            # what is still being delivered
            inner.remove("tmp")
        for name in sorted(names):
            file = here / name
            if name.startswith(".") or not file.is_file():
                continue
            if is_of_maildir or _is_mail(file):
                yield from _of_file(file, max_bytes)


def _is_mail(file: Path) -> bool:
    if file.suffix.lower() in (".eml", ".mbox", ".mbx"):
        return True
    try:
        with file.open("rb") as stream:
            return bool(_begins_mbox(stream))
    except OSError:
        return False


def _begins_mbox(stream: BinaryIO) -> bool:
    first, second = stream.readline(_LINE), stream.readline(_LINE)
    return bool(_FROM_DATED.match(first) or _FROM_TIMED.match(first)) and bool(
        _HEADER.match(second)
    )


def _of_file(file: Path, max_bytes: int) -> Iterator[Found]:
    try:
        with file.open("rb") as stream:
            is_mbox = file.suffix.lower() in (".mbox", ".mbx") or _begins_mbox(stream)
            stream.seek(0)
            if is_mbox and file.suffix.lower() != ".eml":
                yield from _of_mbox(stream, str(file), max_bytes)
            else:
                yield _found(str(file), stream.read(max_bytes + 1), max_bytes)
    except OSError as error:
        yield Found(str(file), b"", f"The file cannot be read: {error.strerror}.")


def _found(source: str, raw: bytes, max_bytes: int) -> Found:
    if len(raw) > max_bytes:
        return Found(source, b"", f"The message is larger than {max_bytes >> 20} MB.")
    return Found(source, raw)


def _of_mbox(stream: BinaryIO, name: str, max_bytes: int) -> Iterator[Found]:
    """Parts the stream at its "From " lines.

    Not every program escapes such a line within a letter. So one parts messages only where a
    header follows, and either it is dated as programs date it or an empty line stands before it.
    """
    # not a list of lines: of a file of nothing but line ends each would be an object
    held = bytearray()
    number = 0
    was_empty = True
    for line, following, is_whole in _lines(stream):
        if is_whole and _parts_messages(line, following, was_empty):
            if held:
                number += 1
                yield _found(f"{name}, message {number}", bytes(held), max_bytes)
            held.clear()
        elif len(held) <= max_bytes:
            held += line[1:] if is_whole and _ESCAPED_FROM.match(line) else line
        was_empty = line in (b"\n", b"\r\n")
    if held.strip():
        yield _found(f"{name}, message {number + 1}", bytes(held), max_bytes)


def _parts_messages(line: bytes, following: bytes, was_empty: bool) -> bool:
    if not line.startswith(b"From ") or not _HEADER.match(following):
        return False
    return bool(_FROM_DATED.match(line)) or (was_empty and bool(_FROM_TIMED.match(line)))


def _lines(stream: BinaryIO) -> Iterator[tuple[bytes, bytes, bool]]:
    """Each line with the one after it; a longer one in pieces, of which the first is whole."""
    line, begins = stream.readline(_LINE), True
    while line:
        following = stream.readline(_LINE)
        yield line, following, begins
        begins = line.endswith(b"\n")
        line = following
