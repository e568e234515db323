"""Whatever a store holds is the same in another one after it went through a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.storage.contract import RunQuery
from tests.storage.sql.carrying import bring_in, new_store, send_out
from tests.storage.sql.contents import experiments_of, objects_of, runs_of
from tests.storage.sql.random_stores import fill


@settings(max_examples=40)
@given(st.data())
def test_what_ended_is_the_same_after_a_round_trip(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, other = fill(data, folder / "store", ended=True), new_store(folder / "other")

        written = send_out(store, folder / "runs.assay")
        brought = bring_in(other, folder / "runs.assay")
        store.close()
        other.close()

        assert written.runs == len(brought.runs) == len(runs_of(folder / "store"))
        assert runs_of(folder / "store") == runs_of(folder / "other")
        assert experiments_of(folder / "store") == experiments_of(folder / "other")
        assert objects_of(folder / "other").items() <= objects_of(folder / "store").items()


@settings(max_examples=20)
@given(st.data())
def test_every_point_and_artifact_can_be_read_after_a_round_trip(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, other = fill(data, folder / "store", ended=False), new_store(folder / "other")
        send_out(store, folder / "runs.assay")
        bring_in(other, folder / "runs.assay")

        for run in store.list_runs(RunQuery()).runs:
            twin = other.run(run.uid)
            assert (run.name, repr(run.parameters), run.tags) == (twin.name, repr(twin.parameters), twin.tags)
            assert repr(store.summaries(run.uid)) == repr(other.summaries(run.uid))
            for metric in store.summaries(run.uid):
                here, there = store.history(run.uid, metric), other.history(run.uid, metric)
                assert here.values.tobytes() == there.values.tobytes()
                assert here.steps.tobytes() == there.steps.tobytes()
                assert here.timestamps_us.tobytes() == there.timestamps_us.tobytes()
            assert store.artifacts(run.uid) == other.artifacts(run.uid)
            for artifact in other.artifacts(run.uid):
                if artifact.sha256 is not None:
                    assert artifact.sha256 in objects_of(folder / "other")
                    b"".join(other.objects.read_checked(artifact.sha256))
        store.close()
        other.close()
