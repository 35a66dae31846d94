"""How mail gateways rewrite an address, written from their documents: the other direction of
`contentlib.adapters.mailbox.wrappers`."""

import base64
import re
from collections.abc import Callable
from urllib.parse import quote

_RUN_LENGTHS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_KEPT_BY_V3 = re.compile(r"[^A-Za-z0-9._~:/?=&%+,@-]+")


def by_safelinks(address: str, *, host: str = "nam02.safelinks.protection.outlook.com") -> str:
    seen = quote("05|02|ann@buyer.example|abc|0|0|638", safe="")
    return f"https://{host}/?url={quote(address, safe='')}&data={seen}&sdata=Zm9v%3D&reserved=0"


def by_proofpoint_1(address: str) -> str:
    coded = quote(address, safe="")
    return f"https://urldefense.proofpoint.com/v1/url?u={coded}&k=oIvRg1%2BdGAgOoM1BIlLLqw%3D%3D%0A"


def by_proofpoint_2(address: str) -> str:
    coded = quote(address, safe="").replace("-", "%2D").replace("_", "%5F")
    coded = coded.replace("%2F", "_").replace("%", "-")
    return f"https://urldefense.proofpoint.com/v2/url?u={coded}&d=DwMFaQ&c=euGZstcaTDllv&r=x&e="


def by_proofpoint_3(address: str) -> str:
    left_out: list[str] = []

    def leave_out(match: re.Match[str]) -> str:
        run = match.group()
        left_out.append(run)
        marks = []
        while run:
            now, run = run[:65], run[65:]
            marks.append("*" if len(now) == 1 else f"**{_RUN_LENGTHS[len(now) - 2]}")
        return "".join(marks)

    kept = _KEPT_BY_V3.sub(leave_out, address)
    coded = base64.urlsafe_b64encode("".join(left_out).encode()).decode().rstrip("=")
    return f"https://urldefense.com/v3/__{kept}__;{coded}!!A4F2R9G_pg!JzQ1-zF8lK$"


def by_barracuda(address: str) -> str:
    return f"https://linkprotect.cudasvc.com/url?a={quote(address, safe='')}&c=E,1,abc-d_e&typo=1"


def by_google(address: str) -> str:
    return f"https://www.google.com/url?q={quote(address, safe='')}&sa=D&source=calendar&usg=AOv"


def by_cisco(address: str) -> str:
    return f"https://secure-web.cisco.com/1aBcD-eFg_hIj/{quote(address, safe='')}"


def by_sophos(address: str) -> str:
    coded = quote(base64.b64encode(address.encode()).decode(), safe="")
    return f"https://eu-west-1.protection.sophos.com/?d=x.example&u={coded}&i=NjE&t=abc&h=def"


WRAPPERS: dict[str, Callable[[str], str]] = {
    "SafeLinks": by_safelinks,
    "URLDefense v1": by_proofpoint_1,
    "URLDefense v2": by_proofpoint_2,
    "URLDefense v3": by_proofpoint_3,
    "Barracuda": by_barracuda,
    "Google": by_google,
    "Cisco": by_cisco,
    "Sophos": by_sophos,
}
