"""Which site a request was made for, so that no other site can make a user's browser ask in that user's name.

Two attacks are meant. *DNS rebinding*: a page of evil.example has its name lead to 127.0.0.1 and then reads from a
server there as its own; the `Host` header still says evil.example. *Cross-site requests*: a page sends a form or a
fetch to the server, and the browser adds the cookie, or the process's own user opens the way; browsers say so in
`Sec-Fetch-Site` and `Origin`. A program that sends a token by itself is neither: no page can make a browser add one.

Source: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assay.errors import ForbiddenError, InvalidInputError
from assay.serving.access.request import FETCH_SITE, HOST, ORIGIN, Request, ip_address

_AUTHORITY = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_](?:[0-9A-Za-z_.-]*))(?::(?P<port>[0-9]{1,5}))?")
_URL = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_SHOWN = 80
_OWN = "only pages of this server may"


@dataclass(frozen=True, slots=True)
class Authority:
    """A host as a browser names it.

    Attributes:
        name: In lower case, without a trailing dot; an address in its shortest form.
        port: None where none is said.
    """

    name: str
    port: int | None


def authority(text: str) -> Authority | None:
    """The host and port that a text names, None where it names none."""
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        return None
    name, port = found["name"].lower(), found["port"]
    if port is not None and int(port) > 65535:
        return None
    if name.startswith("["):
        address = ip_address(name[1:-1])
        if address is None:
            return None
        name = str(address)
    else:
        name = name.removesuffix(".")
        address = ip_address(name)
        if (
            not name
            or ".." in name + "."
            or (address is None and re.fullmatch(r"[0-9.]+|0x.*", name.rpartition(".")[2]))
        ):
            return None  # 127.1, 2130706433, 0x7f.1: browsers write addresses out, so nobody means these
    return Authority(name, None if port is None else int(port))


class Origins:
    """The names that a server goes by, and so the sites whose pages may ask it something.

    Loopback names and addresses are always allowed, on any port (an SSH tunnel has another one than the server), and
    so is the address that the connection came in by: a page can't have its name lead to an address that it *is*.

    Args:
        allowed_hosts: More names, such as `assay.example` (on any port) or `assay.example:8765`.
        public_url: The URL by which users reach the server, where that is known; its host is allowed too.

    Raises:
        InvalidInputError: One of them is no host, or no URL.
    """

    def __init__(self, allowed_hosts: Iterable[str] = (), *, public_url: str | None = None) -> None:
        self._allowed = {_allowed(text) for text in allowed_hosts}
        self._public = None
        if public_url is not None:
            self._public = _origin(public_url)
            if self._public is None:
                raise InvalidInputError(f"the public URL is one such as https://assay.example, not {public_url!r}")
            self._allowed.add(self._public)
            self._allowed.add(_without_default_port(self._public))

    def check_host(self, request: Request) -> None:
        """Let through what was sent to a name of this server.

        Raises:
            ForbiddenError: It was sent to another name.
            InvalidInputError: It says none, or several, or none that is one.
        """
        self._host(request)

    def check_origin(self, request: Request, *, needs_origin: bool = False) -> None:
        """Let through what a program sent, or a page of this server.

        Args:
            request: What came.
            needs_origin: Refuse what says nothing of where it is from; browsers always do where something changes.

        Raises:
            ForbiddenError: A page of another site had a browser send it.
        """
        site, origin = request.one(FETCH_SITE), request.one(ORIGIN)
        # "same-site" is another port or a sister name: another server, with other people's pages.
        if site is not None and site.lower() not in ("same-origin", "none"):
            raise ForbiddenError(f"a page of another site asked for this ({FETCH_SITE}: {_shown(site)}); {_OWN}")
        if origin is not None and not self._is_own(request, origin):
            raise ForbiddenError(
                f"a page of another site asked for this ({ORIGIN}: {_shown(origin)}); {_OWN}. If the server is "
                "behind a proxy, start it with the public URL that browsers use"
            )
        if needs_origin and site is None and origin is None:
            raise ForbiddenError(
                "the request has a page's cookie but says nothing of the page that it is from; programs send a token: "
                "Authorization: Bearer assay_…"
            )

    def _is_own(self, request: Request, text: str) -> bool:
        origin = _origin(text)
        if origin is None or text.count("/") != 2:
            return False  # "null" among them: a sandboxed frame, a file, a redirect from elsewhere
        if origin == self._public:
            return True
        host = self._host(request)
        # The scheme is left out: behind a proxy that ends TLS the server does not know its own. So a Host without a
        # port has that of the origin's scheme.
        return origin == Authority(host.name, _port_of(text) if host.port is None else host.port)

    def _host(self, request: Request) -> Authority:
        text = request.one(HOST)
        host = None if text is None else authority(text)
        if host is None:
            found = "has no Host header" if text is None else f"has a Host header that names no host: {_shown(text)}"
            raise InvalidInputError(f"the request {found}; send the server's name, as HTTP/1.1 asks for")
        if host in self._allowed or Authority(host.name, None) in self._allowed or _is_near(host, request):
            return host
        raise ForbiddenError(
            f"the request was sent to {_shown(host.name)}, which is no name that this server goes by; "
            f"to let it be one: assay server --allowed-host {host.name[:_SHOWN]}"
        )


def _is_near(host: Authority, request: Request) -> bool:
    if host.name == "localhost":
        return True
    address = ip_address(host.name)
    if address is None:
        return False
    return address.is_loopback or (request.server is not None and address == ip_address(request.server[0]))


def _allowed(text: str) -> Authority:
    found = authority(text.strip())
    if found is None:
        raise InvalidInputError(f"an allowed host is a name such as assay.example or assay.example:8765, not {text!r}")
    return found


def _origin(text: str) -> Authority | None:
    """The host and port of an origin or URL, the scheme's own port where it names none."""
    found = _URL.match(text)
    host = None if found is None else authority(found["authority"])
    if host is None:
        return None
    return host if host.port is not None else Authority(host.name, _port_of(text))


def _port_of(url: str) -> int:
    return _PORTS[url.partition(":")[0].lower()]


def _without_default_port(origin: Authority) -> Authority:
    return Authority(origin.name, None) if origin.port in _PORTS.values() else origin


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
