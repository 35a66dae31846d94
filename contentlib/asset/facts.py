"""Facts about assets."""

from dataclasses import dataclass

from contentlib.events import Fact


@dataclass(frozen=True, slots=True)
class ImportItemReceived(Fact):
    """A file or address waits to be read."""

    item_id: int


@dataclass(frozen=True, slots=True)
class AssetContentChanged(Fact):
    """Something that is searched of the asset changed: text, title, summary or facets."""

    asset_id: int


@dataclass(frozen=True, slots=True)
class VersionAdded(Fact):
    """A version has no page images yet."""

    version_id: int


@dataclass(frozen=True, slots=True)
class AssetDeleted(Fact):
    """The asset is gone for good; its derived data may go."""

    asset_id: int
