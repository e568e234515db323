"""Texts in PostgreSQL, which keeps every character but NUL.

A NUL is written as two characters that no text holds in practice, U+0001 U+0001, and U+0001 as U+0001 U+0002. So every
text comes back as it was, differs from all others, and stands in the same order among them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import Format

if TYPE_CHECKING:
    from psycopg.adapt import AdaptersMap

_ESCAPED = re.compile("[\0\1]")
_ESCAPE = re.compile("\1(.)", re.DOTALL)


def escape_text(text: str) -> str:
    """A text as PostgreSQL can keep it."""
    return _ESCAPED.sub(lambda found: "\1\1" if found[0] == "\0" else "\1\2", text)


def unescape_text(text: str) -> str:
    """What `escape_text` was given."""
    return _ESCAPE.sub(lambda found: "\0" if found[1] == "\1" else "\1", text)


class _TextDumper(Dumper):
    def dump(self, obj: str) -> bytes:
        return (escape_text(obj) if "\0" in obj or "\1" in obj else obj).encode()


class _TextLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        text = str(data, "utf-8")
        return unescape_text(text) if "\1" in text else text


def keep_texts_exact(adapters: AdaptersMap) -> None:
    """Let a connection's texts come and go like this."""
    adapters.register_dumper(str, _TextDumper)
    adapters.register_loader("text", _TextLoader)
