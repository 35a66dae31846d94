"""Messages of files, mboxes, Maildirs and folders of them."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contentlib.adapters.mailbox.folders import Found, messages_in
from contentlib.errors import InvalidInput
from tests.contentlib.mailbox.letters import letter

FROM = b"From rosa@x.example Mon Jun  1 04:28:28 2009\n"
MB = 1 << 20


def _all(path: Path, max_bytes: int = MB) -> list[Found]:
    return list(messages_in(path, max_bytes=max_bytes))


def _mbox(folder: Path, body: bytes) -> Path:
    path = folder / "Sent.mbox"
    path.write_bytes(body)
    return path


def test_an_eml_file_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(letter().as_bytes())
    assert _all(path) == [Found(str(path), letter().as_bytes())]


def test_a_folder_is_read_through_its_mail_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.eml").write_bytes(b"Subject: b\n\n")
    (tmp_path / "Sent").write_bytes(FROM + b"Subject: of an mbox without an ending\n\nx\n")
    (tmp_path / "a.EML").write_bytes(b"Subject: a\n\n")
    (tmp_path / "readme.txt").write_text("From here on\nnothing is mail\n")
    (tmp_path / ".hidden.eml").write_bytes(b"Subject: h\n\n")
    subjects = [found.raw.split(b"\n")[0] for found in _all(tmp_path)]
    assert subjects == [b"Subject: of an mbox without an ending", b"Subject: a", b"Subject: b"]


def test_a_maildir_is_read_but_for_what_is_still_delivered(tmp_path: Path) -> None:
    held = mailbox.Maildir(tmp_path / "Mail", create=True)
    held.add(letter(subject="new"))
    read = mailbox.MaildirMessage(letter(subject="read"))
    read.set_subdir("cur")
    held.add(read)
    (tmp_path / "Mail" / "tmp" / "1").write_bytes(b"Subject: half\n\n")
    assert len(_all(tmp_path / "Mail")) == 2
    assert len(_all(tmp_path)) == 2


def test_an_mbox_is_parted_at_its_from_lines_and_unescaped(tmp_path: Path) -> None:
    body = FROM + b"Subject: 1\n\n>From afar\n>>From further\n\n" + FROM + b"Subject: 2\n\ny\n\n"
    found = _all(_mbox(tmp_path, body))
    assert [each.raw for each in found] == [
        b"Subject: 1\n\nFrom afar\n>From further\n\n",
        b"Subject: 2\n\ny\n\n",
    ]
    assert [each.source.rpartition(", ")[2] for each in found] == ["message 1", "message 2"]


@pytest.mark.parametrize(
    "line",
    [
        b"From here on it is easy:\n",
        b"From Monday at 10:00 we meet\n",
        b"From: Ann\n",
        b"From ann@x.example\n",
    ],
)
def test_a_sentence_that_begins_with_from_parts_nothing(tmp_path: Path, line: bytes) -> None:
    body = FROM + b"Subject: 1\n\nDear Ann,\n\n" + line + b"and so on\n"
    assert len(_all(_mbox(tmp_path, body))) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"From - Tue Jan 02 10:00:00 2024\n",
        b"From 1741234567890@xxx Mon Jan 01 00:00:00 +0000 2024\n",
        b"From MAILER-DAEMON Mon Jun  1 04:28:28 2009\n",
        b'From "ann lee"@x.example Mon Jun  1 04:28:28 2009\n',
        b"From ann@x.example  2024-01-02 10:00\n",
    ],
)
def test_from_lines_of_many_programs_are_known(tmp_path: Path, line: bytes) -> None:
    body = FROM + b"Subject: 1\n\nx\n\n" + line + b"Received: by y\nSubject: 2\n\ny\n"
    assert len(_all(_mbox(tmp_path, body))) == 2


def test_a_message_that_is_too_large_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    large = FROM + b"Subject: 1\n\n" + b"x" * 70 * 40_000 + b"\n\n"
    body = large + FROM + b"Subject: 2\n\ny\n"
    found = _all(_mbox(tmp_path, body))
    assert [(each.raw[:10], bool(each.problem)) for each in found] == [
        (b"", True),
        (b"Subject: 2", False),
    ]
    path = tmp_path / "large.eml"
    path.write_bytes(b"x" * (MB + 1))
    assert "larger than 1 MB" in _all(path)[0].problem


def test_what_is_not_there_or_no_mail_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    for path in (tmp_path / "none", tmp_path / "a.txt"):
        with pytest.raises(InvalidInput):
            messages_in(path, max_bytes=MB)


def test_memory_holds_one_message_of_a_long_mbox(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "long.mbox"
    with path.open("wb") as file:
        for number in range(200):
            file.write(
                FROM + f"Subject: {number}\n\n".encode() + (b"x" * 99 + b"\n") * 2_000 + b"\n"
            )
    tracemalloc.start()
    count = sum(1 for _ in messages_in(path, max_bytes=MB))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 200
    assert peak < 4 * MB, f"{peak >> 20} MB for a file of {path.stat().st_size >> 20} MB"


_bodies = st.lists(
    st.sampled_from((b"", b"Hello", b">From x", b"From here", b"--b", b"Subject: y", b"\xff")),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_bodies, min_size=1, max_size=5))
def test_messages_put_into_an_mbox_come_out_of_it(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[list[bytes]]
) -> None:
    letters = [b"Subject: x\n\n" + b"\n".join(lines) + b"\n" for lines in bodies]
    escaped = (_escaped(each) for each in letters)
    path = _mbox(tmp_path_factory.mktemp("mbox"), b"".join(FROM + e + b"\n" for e in escaped))
    assert [each.raw for each in _all(path)] == [each + b"\n" for each in letters]


def _escaped(message: bytes) -> bytes:
    return b"".join(_escaped_lines(message.splitlines(keepends=True)))


def _escaped_lines(lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield b">" + line if line.lstrip(b">").startswith(b"From ") else line
