"""What a file is known by, and what recognising it may say. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from contentlib.asset.rules import normalised_text_hash
from contentlib.ports import ExtractedDocument

Verdict = Literal["same file", "same text", "edited copy", "pages of", "page pictures", "none"]
Shingle = tuple[int, int]

SHINGLE_WORDS = 5
# Raised when words, shingles or pictures are made otherwise: stored fingerprints are then remade.
RULE_VERSION = 1
# Equal texts shorter than this prove little: "Thank you for your attention" stands everywhere.
FEWEST_TO_BE_SURE = 16
# Three dense pages, or a deck of 20 slides. Longer texts are known by a sample of at least half as
# many: a share of it is right within .02 (binomial standard error). Each page needs some as well,
# for it to be known again.
KEPT_WHOLE = 1024
KEPT_A_PAGE = 48

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file is known by.

    `shingles` are (signed 64-bit hash, page number), each hash once, at its first page; speaker
    notes do not count. `text_sha256` is None for a wordless file: one without five words in a
    row. `pictures` are 32 bytes a non-blank page, `picture_pages` the numbers of those pages.
    """

    file_sha256: str
    text_sha256: str | None
    shingles: tuple[Shingle, ...]
    pictures: tuple[bytes, ...] = ()
    picture_pages: tuple[int, ...] = ()

    @property
    def is_wordless(self) -> bool:
        return not self.shingles


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of our versions that the file may be.

    `score` is 1 for the same file or text, else the share of our version's distinctive text (or
    pictures) that stands in the file. `pages` are those pages of our version that are in it.
    """

    asset_id: int
    version_id: int
    version_number: int
    verdict: Verdict
    score: float
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What the file is: the best candidate's verdict. Not certain: a person should look at it.

    `candidates`: best first, at most one an asset; empty for "none". Those after a certain best
    are in the file as well, in parts.
    """

    verdict: Verdict
    is_certain: bool
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


NOTHING = Recognition("none", False, ())


def fingerprint(
    document: ExtractedDocument, *, file_sha256: str, pictures: Sequence[bytes] = ()
) -> Fingerprint:
    """What the document is known by. `pictures`: one a page from page 1 on, b"" for a blank one."""
    pages: dict[int, int] = {}
    for page in document.pages:
        for shingle in _shingles(page.text):
            pages.setdefault(shingle, page.number)
    drawn = [(number, picture) for number, picture in enumerate(pictures, start=1) if picture]
    return Fingerprint(
        file_sha256,
        normalised_text_hash(page.text for page in document.pages) if pages else None,
        tuple(pages.items()),
        tuple(picture for _, picture in drawn),
        tuple(number for number, _ in drawn),
    )


def _shingles(text: str) -> Iterator[int]:
    """The hash of each run of five words, without case and marks. No run spans two pages: what a
    page holds is then the same wherever the page is put."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    for start in range(len(words) - SHINGLE_WORDS + 1):
        run = " ".join(words[start : start + SHINGLE_WORDS]).encode("utf-8", "surrogatepass")
        yield int.from_bytes(hashlib.blake2b(run, digest_size=8).digest(), "big", signed=True)


def sample_of(shingles: Sequence[Shingle]) -> int:
    """n, for one in n of the shingles to be enough: 1 unless there are very many.

    The sample is those whose hash n, a power of two, divides; so two texts have the same ones of
    what they share (FracMinHash: Irber et al. 2022, doi:10.1101/2022.01.11.475838).
    """
    enough = max(KEPT_WHOLE, KEPT_A_PAGE * len({page for _, page in shingles}))
    every, kept = 1, [shingle for shingle, _ in shingles]
    while len(kept) > enough:
        every *= 2
        kept = [shingle for shingle in kept if shingle % every == 0]
    return every


def to_store(
    shingles: Sequence[Shingle], every: int, *, common: Collection[int], shared: Collection[int]
) -> list[Shingle]:
    """Those of a text's shingles, in its order, for which a row is stored: never common ones.

    The sample; besides it what another asset shares, and what stands about two of the sample in a
    row that others have: boilerplate comes in runs. Else it would be sampled in each long text,
    so never be seen in three, and pass for the distinctive words of the one short text it is in.
    """
    kept = [shingle % every == 0 or shingle in shared for shingle, _ in shingles]
    in_sample = [place for place, (shingle, _) in enumerate(shingles) if shingle % every == 0]
    for place, following in pairwise(in_sample if every > 1 else ()):
        if all(s in common or s in shared for s in (shingles[place][0], shingles[following][0])):
            start, end = max(0, place - 2 * every), following + 2 * every + 1
            kept[start:end] = [True] * len(kept[start:end])
    return [s for s, is_kept in zip(shingles, kept, strict=True) if is_kept and s[0] not in common]


def exact(verdict: Verdict, candidates: Sequence[Candidate], *, is_enough: bool) -> Recognition:
    """What equal bytes or words say: certain, unless several assets have them, or there are too few
    to mean anything. `candidates` may name an asset more than once: its newest version counts."""
    newest: dict[int, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: -c.version_number):
        newest.setdefault(candidate.asset_id, candidate)
    if not newest:
        return NOTHING
    ordered = sorted(newest.values(), key=lambda c: c.asset_id)
    return Recognition(verdict, is_enough and len(ordered) == 1, tuple(ordered))
