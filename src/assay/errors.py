"""Every error Assay raises, drawn as one tree.

    AssayError
    ├── InvalidInputError (ValueError)        what the caller passed
    │   ├── InvalidNameError                  a name that is empty, too long or not of the allowed form
    │   ├── InvalidTypeError (TypeError)      a value of a type that can't be taken
    │   └── RunExistsError                    if_exists="error" met a run of that name
    ├── ContextError (RuntimeError)           a call outside, or nested inside, its `with` block
    ├── NotFoundError (LookupError)           what is not there
    │   ├── RunNotFoundError (ValueError)
    │   ├── ExperimentNotFoundError (ValueError)
    │   ├── MetricNotFoundError
    │   └── ArtifactNotFoundError
    ├── StoreError                            what the store found
    │   ├── StoreVersionError                 written by a newer Assay
    │   ├── UnavailableError                  a server, a database or a bucket that does not answer now
    │   ├── SequenceError                     a segment came before the one in front of it
    │   └── DamagedError                      bytes that are not what was written; names the file
    │       ├── ObjectMissingError
    │       └── ChecksumError
    ├── RefusedError (OSError)                what the world refused: a full disk, a read-only folder
    │   └── QuotaError                        a server's workspace, or an experiment of it, holds as much as it may
    ├── AccessError (PermissionError)         what a server does not let the caller do
    │   ├── NotSignedInError                  no token, or one that is unknown, expired or revoked
    │   ├── ForbiddenError                    a role that is too small, or a request from another site
    │   └── RateLimitedError                  too many requests; says when to come back
    └── MissingExtraError (ImportError)       an optional package is not installed

Built-in types stand beside ours wherever users of `sagemaker.experiments` catch them already.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable


class AssayError(Exception):
    """The root: `except AssayError` catches everything this package raises on purpose."""


class InvalidInputError(AssayError, ValueError):
    """What the caller passed can't be taken; nothing was changed."""


class InvalidNameError(InvalidInputError):
    """A name is empty, too long or not of the allowed form."""


class InvalidTypeError(InvalidInputError, TypeError):
    """A value has a type that can't be taken, such as a list where one number is wanted."""


class RunExistsError(InvalidInputError):
    """A run of that name exists and the caller asked for `if_exists="error"`."""


class ContextError(AssayError, RuntimeError):
    """A call was made outside the `with` block that it needs, or inside one that it can't share."""


class NotFoundError(AssayError, LookupError):
    """Something named by the caller is not in the store."""


class RunNotFoundError(NotFoundError, ValueError):
    """No run of that name; the message names the nearest and how to create it."""


class RunDeletedError(RunNotFoundError):
    """The run was deleted; the message says when."""


class ExperimentNotFoundError(NotFoundError, ValueError):
    """No experiment of that name; the message names the nearest."""


class MetricNotFoundError(NotFoundError):
    """The run has no metric of that name; the message names the nearest."""


class ArtifactNotFoundError(NotFoundError):
    """The run has no artifact of that name, or the artifact has no stored bytes."""


class StoreError(AssayError):
    """The store can't be used as it is."""


class StoreVersionError(StoreError):
    """The store was written by a newer Assay than this one."""


class UnavailableError(StoreError):
    """A server, a database or a bucket does not answer now; asked again later it may."""


class SequenceError(StoreError):
    """A writer's segment came and the one before it had not; the writer asks which is next."""


class DamagedError(StoreError):
    """Bytes in the store are not what was written; the message names the file."""


class ObjectMissingError(DamagedError):
    """An artifact's bytes are gone from the store's objects."""


class ChecksumError(DamagedError):
    """Bytes were read whose checksum is not the one that was written."""


class RefusedError(AssayError, OSError):
    """The system refused what was asked: no space left, a read-only folder, no permission.

    It is an `OSError`, with `errno` and `filename` where the system gave them.
    """

    def __init__(self, message: str, *, cause: OSError | None = None, path: str | None = None) -> None:
        number = cause.errno if cause is not None and cause.errno is not None else errno.EIO
        super().__init__(number, message)
        self.message = message
        self.filename = path if path is not None else getattr(cause, "filename", None)

    def __str__(self) -> str:
        return self.message


class QuotaError(RefusedError):
    """A workspace of a server, or an experiment of it, holds as much as it may; the message says how much that is."""


class AccessError(AssayError, PermissionError):
    """A server does not let the caller do what was asked; nothing was changed."""


class NotSignedInError(AccessError):
    """The request had no token, or one that is malformed, unknown, expired or revoked."""


class ForbiddenError(AccessError):
    """Who asks is known and may not do this, or a browser asks on behalf of another site."""


class RateLimitedError(AccessError):
    """So many requests came from one client that the next has to wait.

    Attributes:
        retry_after_s: After so many seconds there is room for one more.
    """

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class MissingExtraError(AssayError, ImportError):
    """An optional package is not installed; the message says which extra brings it."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The part of a not-found message that names close matches, empty where there is none.

    Returns:
        ` (nearest: 'lr-3', 'lr-2')`, ready to stand behind the name that was not found.
    """
    from difflib import get_close_matches  # only an error pays for it

    matches = get_close_matches(name, list(known), n=3, cutoff=0.4)
    return f" (nearest: {', '.join(map(repr, matches))})" if matches else ""
