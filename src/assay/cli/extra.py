"""Packages that a command needs and that come with an extra of this one."""

from __future__ import annotations

from importlib.util import find_spec

from assay.errors import MissingExtraError


def need_server() -> None:
    """Raise unless what a server is made of is installed.

    Raises:
        MissingExtraError: It is not; the message says how to install it.
    """
    missing = [name for name in ("litestar", "uvicorn", "prometheus_client") if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"a server needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed: "
            "pip install 'assay[server]'"
        )
