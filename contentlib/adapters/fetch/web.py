"""Fetching a public web page after a look at where its address leads."""

import ipaddress
import socket
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from contentlib.errors import AddressRefused, DeliveryFailed
from contentlib.ports import FetchedPage

_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_MOST_REDIRECTS = 5
_WHO_ASKS = "contentlib/0.1 (content import)"


class HttpFetcher:
    """A WebFetcher that connects to the very address it checked.

    Looking a name up twice would let its owner answer with a public address for the check and
    an inside one for the connection; so the connection goes to the checked number, with the
    name kept for the Host header and the certificate.
    """

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private

    def fetch(self, url: str, *, max_bytes: int) -> FetchedPage:
        current = url
        # the environment's proxy would look the name up itself, past our check
        with httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                try:
                    answer = self._get(client, current, max_bytes)
                except httpx.HTTPError as error:
                    raise DeliveryFailed(f"{_host(current)} did not answer.") from error
                if isinstance(answer, FetchedPage):
                    return answer
                current = answer
        raise DeliveryFailed(f"{_host(url)} redirects without end.", permanent=True)

    def _get(self, client: httpx.Client, url: str, max_bytes: int) -> FetchedPage | str:
        parts = urlsplit(url)
        number = self._checked_address(url)
        netloc = f"[{number}]" if ":" in number else number
        if parts.port:
            netloc = f"{netloc}:{parts.port}"
        target = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
        host = parts.netloc.rsplit("@", 1)[-1]
        request = client.build_request(
            "GET",
            target,
            headers={"Host": host, "User-Agent": _WHO_ASKS, "Accept": "text/html,*/*;q=0.5"},
            extensions={"sni_hostname": parts.hostname or ""},
        )
        response = client.send(request, stream=True)
        try:
            if response.is_redirect:
                return urljoin(url, response.headers.get("location", ""))
            if response.status_code >= 400:
                raise DeliveryFailed(
                    f"{_host(url)} answered {response.status_code}.",
                    permanent=response.status_code < 500 and response.status_code != 429,
                )
            body = _bounded(response, max_bytes, url)
        finally:
            response.close()
        media_type = response.headers.get("content-type", "application/octet-stream")
        return FetchedPage(url=url, media_type=media_type, body=body)

    def _checked_address(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise AddressRefused(f"{url} is not an http(s) address.")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError, UnicodeError) as error:
            raise DeliveryFailed(f"{parts.hostname} cannot be found.") from error
        numbers = [str(entry[4][0]).split("%")[0] for entry in found]
        if not self._allow_private:
            for number in numbers:
                if not _is_public(number):
                    raise AddressRefused(
                        f"{parts.hostname} leads inside the network; it is not fetched."
                    )
        return numbers[0]


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not (mapped or address).is_multicast


def _bounded(response: httpx.Response, max_bytes: int, url: str) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise DeliveryFailed(
                f"{_host(url)} sends more than {max_bytes // 1_000_000} MB.", permanent=True
            )
    return bytes(body)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
