"""Objects in S3, and in what else obstore speaks to."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.storage.bucket_objects import BucketObjects
from assay.storage.objects import Objects
from tests.seaweed import Seaweed
from tests.storage.objects_contract import ObjectsContract
from tests.storage.uploads_contract import UploadsContract


class BucketContract(ObjectsContract, UploadsContract):
    def damage(self, objects: Objects, sha256: str, data: bytes) -> None:
        assert isinstance(objects, BucketObjects)
        objects.bucket.put(objects.path(sha256), data)


class TestS3(BucketContract):
    @pytest.fixture
    def objects(self, seaweed: Seaweed) -> Objects:
        return BucketObjects(seaweed.new_url(), **seaweed.options)


class TestFolder(BucketContract):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> Objects:
        return BucketObjects((tmp_path / "objects").as_uri())


class TestMemory(BucketContract):
    @pytest.fixture
    def objects(self) -> Objects:
        return BucketObjects("memory:///")
