"""Tokens, cookies and proofs are as docs/formats/access.md draws them: written anew from the drawing alone."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from pathlib import Path

from assay.serving.access.members import Members
from assay.serving.access.sign_in import SignIn
from assay.serving.access.token import is_token, new_token, token_hash
from assay.storage.local_secret import LocalSecret
from tests.serving.access.requests import cookie_of, request

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def read(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 62 + DIGITS.index(digit)
    return number


def test_a_token_is_a_number_of_32_bytes_and_a_checksum() -> None:
    for _ in range(50):
        token = new_token()

        assert "assay_" == token[:6]
        assert 0 <= read(token[6:49]) < 2**256
        assert zlib.crc32(token[:49].encode()) == read(token[49:])


def test_a_token_that_was_written_by_another_hand_is_one(members: Members) -> None:
    body = "assay_" + "0" * 42 + "1"
    checksum = zlib.crc32(body.encode())
    token = body + "".join(DIGITS[checksum // 62**place % 62] for place in reversed(range(6)))

    assert is_token(token)
    assert hashlib.sha256(token.encode()).hexdigest() == token_hash(token)


def test_a_cookie_that_was_signed_by_another_hand_names_a_session(members: Members) -> None:
    sign_in = SignIn(members)
    name = cookie_of(sign_in.start("0" * 10, is_tls=False))[1].partition("=")[0]
    with members.database.read() as connection:
        secret = connection.execute("SELECT value FROM access_facts WHERE name = 'secret'").fetchone()[0]
    body = f"1.0123456789.{'ab' * 10}.{members.clock_us() // 1_000_000 + 60}"
    signature = hmac.new(bytes.fromhex(secret), b"assay session\n" + body.encode(), hashlib.sha256).hexdigest()
    session = sign_in.find(request(("cookie", f"{name}={body}.{signature}")))

    assert session is not None
    assert ("0123456789", "ab" * 10) == (session.token_id, session.id)


def test_a_proof_that_was_made_by_another_hand_is_accepted(tmp_path: Path) -> None:
    server = LocalSecret(str(tmp_path))
    server.create()
    time_text = server.proof(8765).partition(".")[0]
    secret = bytes.fromhex((tmp_path / "local-secret").read_text("ascii"))
    signature = hmac.new(secret, f"assay local\n8765\n{time_text}".encode(), hashlib.sha256).hexdigest()

    assert server.accepts(f"{time_text}.{signature}", 8765)
