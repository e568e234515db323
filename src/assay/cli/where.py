"""`assay where`: which store would be used, and why."""

from __future__ import annotations

from typing import Any

from assay.cli.usage import Json

ANSWER_S = 5.0
"""How long a server may take to say that it is there."""


def where(*, json: Json = False) -> int:
    """Say which store would be used, and why.

    The first line is the folder or the server's URL alone. What decides, in
    this order: the environment variable ASSAY_STORE; the nearest folder
    `.assay` above the working folder; your data folder. A server is asked
    whether it is there.

        cd "$(assay where | head -1)"

    Args:
        json: Print JSON, for programs.
    """
    from assay import place, stores

    location, reason = place.where()
    answers: dict[str, Any] | None = None
    silence = ""
    if location.lower().startswith(place.SERVER_SCHEMES):
        location = place.location_of(location)
        answers, silence = _ask(location)
    exists = answers is not None if place.is_server(location) else stores.exists(location)
    if json:
        from assay.cli.document import print_json

        print_json({"location": location, "reason": reason, "exists": exists})
        return 0
    print(location)
    print(f"because {reason}")
    if place.is_server(location):
        print(silence if answers is None else f"It is a server of Assay {answers.get('version', '?')}, and answers.")
        _print_token(location)
    elif not exists:
        print("It holds no store yet: the first run that is logged makes it.")
    return 0


def _ask(url: str) -> tuple[dict[str, Any] | None, str]:
    """What a server says of itself, or why it says nothing."""
    from assay.errors import AssayError
    from assay.storage.http.connection import Server, split_url

    server = Server(split_url(url)[0])
    try:
        answer: dict[str, Any] = server.ask("GET", "/v1/health", timeout_s=ANSWER_S)
        return answer, ""
    except AssayError as error:
        return None, f"It is a server, and does not answer: {error}"
    finally:
        server.close()


def _print_token(url: str) -> None:
    from assay import credentials

    token, source = credentials.source_of(url)
    print(f"The token for it: {source}" if token else f"No token for it: {source}; to keep one: assay login {url}")
