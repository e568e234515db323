"""`assay login`: keeping the token that lets this user into a server."""

from __future__ import annotations


def login(url: str, /, *, token: str | None = None) -> int:
    """Sign in to a server: keep the token that its admin gave you.

    The token is asked for and not shown as you type, or read from a pipe. It
    is kept only if the server takes it, in a file that only you can read;
    every script and command of yours then finds it there. ASSAY_TOKEN goes
    before it, for machines that nobody signs in on.

        assay login https://assay.example
        assay login https://assay.example/w/team
        assay login https://assay.example < token.txt

    Args:
        url: The server's URL, with /w/WORKSPACE where you have tokens for several workspaces of it.
        token: The token. Other users of this machine can see it while the command runs; leave it out to be asked.
    """
    from assay import credentials
    from assay.cli.usage import UsageError
    from assay.place import is_server, location_of
    from assay.storage.http.connection import Server, split_url
    from assay.storage.http.identity import Identity

    location = location_of(url)
    if not is_server(location):
        raise UsageError(f"{url!r} is no server's URL; it looks like https://assay.example")
    secret = (token if token is not None else _asked(location)).strip()
    if not secret:
        raise UsageError("no token was given; an admin of the server makes one: assay token create")
    base, workspace = split_url(location)
    connection = Server(base, identity=Identity(secret), workspace=workspace)
    try:
        me = connection.ask("GET", "/v1/me")
    finally:
        connection.close()
    credentials.keep(location, secret)
    print(f"Signed in to {location} as {me['name']}: {me['role']} in workspace {me['workspace']}.")
    print(f"The token is kept in {credentials.path()}; to use the server: ASSAY_STORE={location}")
    return 0


def _asked(location: str) -> str:
    import getpass
    import sys

    if sys.stdin.isatty():
        return getpass.getpass(f"Token for {location}: ")
    return sys.stdin.readline()
