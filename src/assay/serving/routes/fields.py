"""Fields of requests: what each may hold, so that what is too long or too large never reaches the store."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec
from litestar.params import PathParameter, QueryParameter

UID_PATTERN = "^[0-9a-zA-Z_-]{1,64}$"
TEXT_LENGTH = 100_000
"""Of a filter, an order and the like."""
RUN_COUNT = 100_000
"""So many runs one request may name."""

Uid: TypeAlias = Annotated[str, msgspec.Meta(pattern=UID_PATTERN)]
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Title: TypeAlias = Annotated[str, msgspec.Meta(max_length=255)]
Given: TypeAlias = Annotated[str, msgspec.Meta(max_length=1000)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH)]
LongText: TypeAlias = Annotated[str, msgspec.Meta(max_length=1 << 20)]
TimeUs: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
TimeNs: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Step: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Uids: TypeAlias = Annotated[list[Uid], msgspec.Meta(max_length=RUN_COUNT)]
Tags: TypeAlias = Annotated[dict[str, str], msgspec.Meta(max_length=1000)]
Anything: TypeAlias = dict[str, Any]

PathUid: TypeAlias = Annotated[str, PathParameter(pattern=UID_PATTERN, description="The id of what is meant.")]
PathName: TypeAlias = Annotated[str, PathParameter(min_length=1, max_length=255, description="Its name.")]
PathSha256: TypeAlias = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="Names the object.")]
QueryName: TypeAlias = Annotated[str, QueryParameter(min_length=1, max_length=255, description="Its name.")]
QueryExperiment: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=255, description="The name of an experiment; none means all.")
]
QueryUids: TypeAlias = Annotated[list[Uid] | None, QueryParameter(max_items=1000, description="Ids of runs.")]
QueryStep: TypeAlias = Annotated[int | None, QueryParameter(ge=-(2**63), le=2**63 - 1)]
QueryTimeUs: TypeAlias = Annotated[
    int | None, QueryParameter(ge=-(2**62), le=2**62, description="Microseconds since 1970.")
]
