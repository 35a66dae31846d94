"""Makes office files (zip packages) the same bytes for the same source."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)

Amend = Callable[[str, bytes], bytes]


def settle(package: bytes, *, today: date, amend: Amend | None = None) -> bytes:
    """The package with fixed member times and document dates.

    `amend` may change a member, given its name and bytes. Workbooks inside a package (the
    figures behind a chart) are settled too.
    """
    settled = io.BytesIO()
    stamp = rb"\g<1>" + f"{today.isoformat()}T00:00:00Z".encode() + rb"\g<2>"
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(settled, "w") as new:
        for name in old.namelist():
            member = old.read(name)
            if name.endswith(".xlsx"):
                member = settle(member, today=today)
            if name == "docProps/core.xml":
                member = _STAMP.sub(stamp, member)
            if amend is not None:
                member = amend(name, member)
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, member)
    return settled.getvalue()
