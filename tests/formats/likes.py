"""What `like` means, tried in every way."""

from __future__ import annotations


def fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern, by the definition."""
    if not pattern:
        return not text
    head, rest = pattern[0], pattern[1:]
    if head == "%":
        return any(fits(rest, text[start:]) for start in range(len(text) + 1))
    if head == "_":
        return bool(text) and fits(rest, text[1:])
    if head == "\\" and rest and rest[0] in "%_\\":
        head, rest = rest[0], rest[1:]
    return text[:1] == head and fits(rest, text[1:])


def escaped(text: str) -> str:
    """The pattern that only this text fits."""
    return "".join(f"\\{character}" if character in "%_\\" else character for character in text)
