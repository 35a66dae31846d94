"""Office files to PDF through LibreOffice, where it is installed."""

import json
import shutil
from pathlib import Path

from contentlib.ports import Limits
from indexer import sandbox

# The filter, and what it is told: a slide or sheet a page, hidden slides among them.
_FILTERS: dict[str, tuple[str, dict[str, bool]]] = {
    "pptx": ("impress_pdf_Export", {"ExportHiddenSlides": False}),
    "docx": ("writer_pdf_Export", {}),
    "xlsx": ("calc_pdf_Export", {"SinglePageSheets": True}),
}
OFFICE_FORMATS = frozenset(_FILTERS)
_OUTPUT_MB = 512
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
# Macros off, links never updated, what a document points to never fetched - a linked picture
# would else bring a file of this machine into a preview (seen with LibreOffice 7.4) - and
# whatever fetches all the same is sent to a port where nobody listens.
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Inet/Settings", "ooInetProxyType", "1"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def to_pdf(path: Path, *, format: str, limits: Limits, folder: Path) -> Path | str:
    """The PDF in the folder, or one sentence why there is none."""
    program = shutil.which("soffice")
    if program is None:
        return "No preview: LibreOffice, which draws Office files, is not installed here."
    source = folder / f"document.{format}"
    shutil.copyfile(path, source)
    _write_profile(folder / "profile")
    filter_name, options = _FILTERS[format]
    told = json.dumps({k: {"type": "boolean", "value": str(v).lower()} for k, v in options.items()})
    command = [program, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"]
    command += [f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", f"pdf:{filter_name}:{told}" if options else f"pdf:{filter_name}"]
    command += ["--outdir", str(folder), str(source)]
    ended = sandbox.execute(
        command,
        limits=limits,
        output_mb=_OUTPUT_MB,
        folder=folder,
    )
    converted = folder / "document.pdf"
    if converted.is_file() and not converted.is_symlink():
        return converted
    if ended.refusal and ended.refusal.code == "timed_out":
        return f"No preview: LibreOffice took longer than {limits.seconds:g} seconds to draw it."
    return "No preview: LibreOffice could not draw this file."


def _write_profile(profile: Path) -> None:
    items = "\n".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items))
