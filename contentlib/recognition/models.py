"""What our versions are known by. Derived from their text and pictures; may be made anew."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, BigId, JsonList


class VersionFingerprint(Base):
    """That a version's shingles and pictures are stored, and how.

    One in `every` shingles is stored. `shingle_count` is how many the text has, common ones among
    them; 0 for a wordless version. Only such a one has `pictures`, 32 bytes each for the pages of
    `picture_pages`; None until its pages were drawn.
    """

    __tablename__ = "version_fingerprints"

    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"), primary_key=True)
    rule_version: Mapped[int]
    every: Mapped[int]
    shingle_count: Mapped[int]
    pictures: Mapped[bytes | None] = mapped_column(LargeBinary)
    picture_pages: Mapped[JsonList] = mapped_column(default=list)


class DistinctiveShingle(Base):
    """A run of words that stands in one or two assets, in a version of one: the inverted index.

    The page is part of the key so that the key alone answers, without the rows. No foreign key: it
    would be followed for each of some thousand rows a version.
    """

    __tablename__ = "distinctive_shingles"
    __table_args__ = (
        # taking a version out, and how many it has on each page
        Index("ix_distinctive_shingles_version_id", "version_id", "page"),
        # the rows lie in the primary key itself: half the size, one search a shingle
        {"sqlite_with_rowid": False},
    )

    shingle: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    page: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class CommonShingle(Base):
    """A run of words that stood in more than two assets at once: boilerplate, and stays it.

    Its rows are gone, so that nobody knows any more where it stands. Deleting assets therefore
    never makes it distinctive again; only making all fingerprints anew would.
    """

    __tablename__ = "common_shingles"
    __table_args__ = ({"sqlite_with_rowid": False},)

    shingle: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
