"""`assay server`: a store that a team shares."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from assay.cli.placing import Database, DatabaseFile, Objects, Store
from assay.cli.usage import Flag


def server(
    *,
    host: Annotated[str, Parameter(env_var="ASSAY_SERVER_HOST")] = "127.0.0.1",
    port: Annotated[int, Parameter(env_var="ASSAY_SERVER_PORT")] = 8765,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
    objects: Objects = None,
    certificate: Annotated[str | None, Parameter(env_var="ASSAY_SERVER_CERTIFICATE")] = None,
    key: Annotated[str | None, Parameter(env_var="ASSAY_SERVER_KEY")] = None,
    public_url: Annotated[str | None, Parameter(env_var="ASSAY_SERVER_PUBLIC_URL")] = None,
    allowed_host: Annotated[tuple[str, ...], Parameter(env_var="ASSAY_SERVER_ALLOWED_HOST", negative="")] = (),
    trusted_proxy: Annotated[tuple[str, ...], Parameter(env_var="ASSAY_SERVER_TRUSTED_PROXY", negative="")] = (),
    plain_http: Annotated[Flag, Parameter(env_var="ASSAY_SERVER_PLAIN_HTTP")] = False,
    log_format: Annotated[Literal["text", "json"], Parameter(env_var="ASSAY_SERVER_LOG_FORMAT")] = "text",
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Parameter(env_var="ASSAY_SERVER_LOG_LEVEL")
    ] = "info",
) -> int:
    """Serve a store over HTTP, to yourself or to a team.

    Without options it serves the store that `assay where` names to
    processes of your own user on this machine, which need no token. Its URL
    is printed once it answers; `ASSAY_STORE=URL` or `Session("URL")` is all
    that a script needs.

    To open it to others, make tokens first (`assay token create`), then
    name an address and say how the way is encrypted: --certificate and
    --key, or --public-url where a proxy does it. On PostgreSQL and a bucket,
    as many servers may run as you like.

        assay server
        assay server --host 0.0.0.0 --certificate cert.pem --key key.pem
        assay server --database postgresql://assay@db/assay --objects s3://bucket/assay

    SIGTERM and Ctrl-C let requests end that are under way; a second one ends
    at once. Each option can be an environment variable, ASSAY_SERVER_… .

    Args:
        host: The address to listen on; 0.0.0.0 or :: for all of this machine's.
        port: The port to listen on; 0 takes a free one.
        store: Folder of the store. Left out, `assay where` says which.
        database: Keep the catalog in this PostgreSQL database: postgresql://user@host/name.
        database_file: A file whose first line is the URL of the database, where it holds a password.
        objects: Keep the bytes of artifacts in s3://bucket/prefix, gs://…, az://… or file:///folder.
        certificate: A PEM file with the TLS certificate and its chain.
        key: A PEM file with the certificate's private key.
        public_url: The URL by which users reach it, such as https://assay.example, where a proxy stands in front.
        allowed_host: Another name by which it may be asked, such as assay.internal; may be repeated.
        trusted_proxy: An address or network of proxies whose X-Forwarded headers count; may be repeated.
        plain_http: Talk to other machines without TLS: only where the network itself is private.
        log_format: Lines to read, or one JSON object a line.
        log_level: The least that is logged; debug tells of every request.
    """
    from assay.cli.extra import need_server
    from assay.cli.placing import place_meant

    need_server()
    place = place_meant(store, database, database_file, objects)
    from assay.serving.server import Server
    from assay.serving.settings import Settings

    # A variable that is set to nothing says nothing.
    settings = Settings(
        place,
        host=host,
        port=port,
        certificate=certificate or None,
        key=key or None,
        public_url=public_url or None,
        allowed_hosts=allowed_host,
        trusted_proxies=trusted_proxy,
        plain_http=plain_http,
        log_format=log_format,
        log_level=log_level,
    )

    def announce(url: str) -> None:
        print(url, flush=True)
        if log_format == "text" and settings.is_loopback and public_url is None:
            print(
                "assay: only this machine reaches it; for others: assay token create --name NAME --role writer, then "
                "assay server --host 0.0.0.0 --certificate FILE --key FILE (or a proxy in front: docs/operations.md)",
                file=sys.stderr,
            )

    Server(settings).run(announce)
    return 0
