"""`assay logout`: forgetting the token for a server."""

from __future__ import annotations


def logout(url: str, /) -> int:
    """Forget the token for a server.

    It stays good: an admin of the server revokes it (`assay token revoke`).

        assay logout https://assay.example

    Args:
        url: The server's URL, as it was signed in to.
    """
    from assay import credentials
    from assay.place import location_of

    location = location_of(url)
    if credentials.forget(location):
        print(f"Forgot the token for {location}.")
        return 0
    kept = credentials.servers()
    print(f"There is no token for {location}." + (f" There are for: {', '.join(kept)}." if kept else ""))
    return 1
