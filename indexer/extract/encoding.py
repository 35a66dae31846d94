"""Bytes to text, whatever the bytes say of themselves."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_.:-]{2,40})""", re.I)
_SAMPLE_BYTES = 64 * 1024
# The WHATWG Encoding standard reads these labels as the Windows code pages that contain them.
_WHATWG = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252"}
_WHATWG |= {"us-ascii": "cp1252", "iso-8859-9": "cp1254", "shift_jis": "cp932", "gb2312": "gb18030"}
_WHATWG |= {"euc-kr": "cp949", "gbk": "gb18030"}
_LATIN = ("cp1250", "cp1252", "cp1254", "cp1257", "cp1258")
_ON_THE_WEB = [*_LATIN, "cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8_r"]
_ON_THE_WEB += ["cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949", "utf_8", "ascii"]


def declared_in(head: bytes) -> str | None:
    """The encoding a page or XML file names in its first 2048 bytes, if Python knows it."""
    named = _DECLARED.search(head[:2048])
    if not named:
        return None
    label = named[1].decode("ascii").lower()
    try:
        return codecs.lookup(_WHATWG.get(label, label)).name
    except LookupError:
        return None


def decoded(data: bytes, *, declared: str | None = None) -> str:
    """The text of the bytes: a byte order mark decides, then UTF-8 if it fits, then the
    declared encoding if it fits, then what the bytes most look like. Never fails."""
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return data.decode(marked, "replace").lstrip("\ufeff")
    wide = utf16_without_mark(data)
    if wide:
        return data.decode(wide, "replace")
    names: tuple[str | None, ...] = ("utf-8", declared)
    for name in names:
        if name and not name.startswith("utf-16"):
            try:
                return data.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    if declared and declared != "utf-8" and _nearly(data, declared):
        return data.decode(declared, "replace")
    if _nearly(data, "utf-8"):
        return data.decode("utf-8", "replace")
    return data.decode(_guessed(data), "replace")


def utf16_without_mark(data: bytes) -> str | None:
    """The byte order of UTF-16 text: the zero bytes of its spaces stand all on one side."""
    sample = data[:_SAMPLE_BYTES]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even + odd < len(sample) * 0.05:
        return None
    if odd > even * 10:
        return "utf-16-le"
    return "utf-16-be" if even > odd * 10 else None


def _nearly(data: bytes, encoding: str) -> bool:
    """A few broken bytes in a long text do not make it another encoding."""
    sample = data[:_SAMPLE_BYTES]
    marked = sum(byte >= 0x80 for byte in sample)
    return sample.decode(encoding, "replace").count("\ufffd") <= marked * 0.02


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    # Only the bytes that differ between encodings tell them apart; markup hides them.
    sample = b"\n".join(
        line for line in re.sub(rb"<[^<>]{0,2000}>", b" ", data).splitlines() if not line.isascii()
    )[:_SAMPLE_BYTES]
    found = from_bytes(sample or data[:_SAMPLE_BYTES], cp_isolation=_ON_THE_WEB)
    best = found.best()
    if best is None:
        return "cp1252"
    if best.encoding in _LATIN:
        # On a short text several Latin pages fit equally well; the western one is the likely one.
        western = next((match for match in found if match.encoding == "cp1252"), None)
        if western and western.chaos <= best.chaos and western.coherence >= best.coherence - 0.05:
            return "cp1252"
    return best.encoding
