"""A store's contract, of saved views: kept under a name, in place of the last one, and gone with their experiment."""

from __future__ import annotations

import pytest

from assay.errors import ExperimentNotFoundError, InvalidInputError, NotFoundError
from assay.storage.contract import Store
from assay.storage.views import MOST_BYTES, MOST_VIEWS
from tests.storage.writing import new_run

ODD = "ab: 100 %? 'ä' 🦊"


class ViewsContract:
    def test_views_are_listed_by_name_as_they_were_last_saved(self, store: Store) -> None:
        new_run(store, "digits", "one")
        store.views.save_view("digits", "second", {"filter": "metrics.loss < 0.1"})
        store.views.save_view("digits", ODD, {"group": "params.lr", "x": "wall"})
        store.views.save_view("digits", "second", {"filter": "params.note = 'ä\n🦊'"})

        found = store.views.list_views("digits")

        assert [
            (ODD, {"group": "params.lr", "x": "wall"}),
            ("second", {"filter": "params.note = 'ä\n🦊'"}),
        ] == [(one.name, one.texts) for one in found]
        assert found[0].saved_us <= found[1].saved_us

    def test_views_are_their_experiment_s_alone(self, store: Store) -> None:
        new_run(store, "digits", "one")
        new_run(store, "letters", "one")
        store.views.save_view("digits", "best", {"sort": "metrics.loss"})

        assert [] == store.views.list_views("letters")
        with pytest.raises(NotFoundError, match="no view 'best'"):
            store.views.delete_view("letters", "best")

    def test_a_deleted_view_is_gone_and_cannot_be_deleted_again(self, store: Store) -> None:
        new_run(store, "digits", "one")
        store.views.save_view("digits", ODD, {})
        store.views.delete_view("digits", ODD)

        assert [] == store.views.list_views("digits")
        with pytest.raises(NotFoundError):
            store.views.delete_view("digits", ODD)

    def test_views_follow_a_renamed_experiment_and_go_with_a_deleted_one(self, store: Store) -> None:
        run = new_run(store, "digits", "one")
        store.views.save_view("digits", "best", {"sort": "metrics.loss"})
        store.renaming.rename_experiment(run.experiment_uid, "numerals", "Numerals")

        assert ["best"] == [one.name for one in store.views.list_views("numerals")]
        store.trash.delete_experiment(run.experiment_uid)
        new_run(store, "numerals", "one")
        assert [] == store.views.list_views("numerals")

    def test_what_is_no_name_or_too_much_is_refused(self, store: Store) -> None:
        new_run(store, "digits", "one")
        for name in ("\x00", "x" * 101, "a\nb", "a/b", "..", " "):
            with pytest.raises(InvalidInputError):
                store.views.save_view("digits", name, {})
        with pytest.raises(InvalidInputError):
            store.views.save_view("digits", "long", {"filter": "ä" * (MOST_BYTES // 2)})
        with pytest.raises(ExperimentNotFoundError):
            store.views.save_view("letters", "best", {})
        with pytest.raises(ExperimentNotFoundError):
            store.views.list_views("letters")

        assert [] == store.views.list_views("digits")

    def test_an_experiment_has_a_hundred_views_at_most(self, store: Store) -> None:
        new_run(store, "digits", "one")
        for number in range(MOST_VIEWS):
            store.views.save_view("digits", f"view {number}", {})
        with pytest.raises(InvalidInputError, match="delete one first"):
            store.views.save_view("digits", "one more", {})
        store.views.save_view("digits", "view 7", {"x": "wall"})

        assert MOST_VIEWS == len(store.views.list_views("digits"))
