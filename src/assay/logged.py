"""Logging what is more than a number: artifacts, files, charts and media. All of it ends as an event and an object.

The bytes are in the store's objects when the call returns, so the caller's file may change afterwards; the event that
names them follows through the journal like every other.
"""

from __future__ import annotations

import io
import json
import os
from typing import Any

from assay.artifact import DIRECTORY, DIRECTORY_MEDIA_TYPE
from assay.errors import InvalidInputError
from assay.formats.names import artifact_name
from assay.logged_media import MediaLogging


class ArtifactLogging(MediaLogging):
    """The part of `Run` that logs artifacts."""

    def log_artifact(self, name: str, value: str, media_type: str | None = None, is_output: bool = True) -> None:
        """Record an artifact by a value such as an address; nothing is stored but that.

        Args:
            name: The same name, in the same direction, replaces.
            value: The value.
            media_type: The type of what the value stands for.
            is_output: Whether it came out of the run; else it went in.

        Raises:
            InvalidInputError: The name is not allowed.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        body = {"name": artifact_name(name), "is_output": bool(is_output), "kind": "value"}
        self._say("artifact", {**body, "value": str(value), "media_type": media_type})

    def log_file(
        self,
        file_path: str | os.PathLike[str],
        name: str | None = None,
        media_type: str | None = None,
        is_output: bool = True,
        extra_args: dict[str, Any] | None = None,
    ) -> None:
        """Store a file's bytes as an artifact; the file may change afterwards.

        Args:
            file_path: The file; `~` is expanded.
            name: The artifact's name, by default the file's base name. The same name, in the same direction, replaces.
            media_type: By default guessed from the file's name.
            is_output: Whether it came out of the run; else it went in.
            extra_args: For uploads to Amazon S3; of no meaning elsewhere.

        Raises:
            InvalidInputError: There is no such file, or the name is not allowed.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        path = os.path.expanduser(os.fsdecode(os.fspath(file_path)))
        kept = artifact_name(name if name is not None else os.path.basename(path) or os.path.basename(path[:-1]))
        if not os.path.isfile(path):
            raise InvalidInputError(f"{file_path} does not exist or is not a file. Please supply a file path.")
        try:
            with open(path, "rb") as file:
                stored = self._put(file)
        except PermissionError as error:
            raise InvalidInputError(f"{file_path} can't be read: {error.strerror}") from error
        if stored is not None:
            body = {"name": kept, "is_output": bool(is_output), "kind": "file", **stored}
            self._say("artifact", {**body, "media_type": media_type or _media_type(path)})

    def log_directory(self, path: str | os.PathLike[str], name: str | None = None, is_output: bool = True) -> None:
        """Store all files below a folder as one artifact; `download_artifact` gives the folder back.

        Args:
            path: The folder; links to folders are not followed.
            name: The artifact's name, by default the folder's base name.
            is_output: Whether it came out of the run; else it went in.

        Raises:
            InvalidInputError: There is no such folder, a file in it can't be read, or the name is not allowed.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        top = os.path.abspath(os.path.expanduser(os.fsdecode(os.fspath(path))))
        kept = artifact_name(name if name is not None else os.path.basename(top))
        if not os.path.isdir(top):
            raise InvalidInputError(f"{path} does not exist or is not a folder. Please supply a folder's path.")
        files, total = [], 0
        for one in _files_below(top):
            try:
                with open(one, "rb") as file:
                    stored = self._put(file)
            except PermissionError as error:
                raise InvalidInputError(f"{one} can't be read: {error.strerror}") from error
            if stored is None:
                return
            inside = os.path.relpath(one, top).replace(os.sep, "/")
            files.append({"path": inside, **stored})
            total += stored["size_bytes"]
        listing = self._put(io.BytesIO(json.dumps({"files": files}).encode()))
        if listing is not None:
            body = {"name": kept, "is_output": bool(is_output), "kind": DIRECTORY, **listing, "size_bytes": total}
            self._say("artifact", {**body, "media_type": DIRECTORY_MEDIA_TYPE})

    def log_precision_recall(
        self,
        y_true: Any,
        predicted_probabilities: Any,
        positive_label: Any = None,
        title: str | None = None,
        is_output: bool = True,
        no_skill: float | None = None,
    ) -> None:
        """Store a precision-recall curve as an artifact named by its title.

        Args:
            y_true: Labels, shape (n,).
            predicted_probabilities: Scores of the positive class, shape (n,); they need not lie in 0…1.
            positive_label: The positive class, needed where labels are not 0 and 1.
            title: Replaces the curve of the same title; by default "Precision-recall curve".
            is_output: Whether it came out of the run; else it went in.
            no_skill: The precision of chance, by default the share of positives.

        Raises:
            InvalidInputError: Lengths differ, arrays are empty, or scikit-learn can't take them.
            MissingExtraError: scikit-learn is not installed.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        from assay.evaluation.precision_recall import precision_recall

        self._log_document(
            precision_recall(y_true, predicted_probabilities, positive_label, title, no_skill), is_output
        )

    def log_roc_curve(self, y_true: Any, y_score: Any, title: str | None = None, is_output: bool = True) -> None:
        """Store a receiver operating characteristic as an artifact named by its title.

        Args:
            y_true: Labels, shape (n,).
            y_score: Scores of the positive class, shape (n,); or of k classes, shape (n, k), each against the rest.
            title: Replaces the curve of the same title; by default "ROC curve".
            is_output: Whether it came out of the run; else it went in.

        Raises:
            InvalidInputError: Lengths differ, arrays are empty, or scikit-learn can't take them.
            MissingExtraError: scikit-learn is not installed.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        from assay.evaluation.roc import roc_curve

        self._log_document(roc_curve(y_true, y_score, title), is_output)

    def log_confusion_matrix(self, y_true: Any, y_pred: Any, title: str | None = None, is_output: bool = True) -> None:
        """Store a confusion matrix as an artifact named by its title.

        Args:
            y_true: Labels, shape (n,).
            y_pred: Predicted labels, shape (n,).
            title: Replaces the matrix of the same title; by default "Confusion matrix".
            is_output: Whether it came out of the run; else it went in.

        Raises:
            InvalidInputError: Lengths differ, or arrays are empty.
            MissingExtraError: scikit-learn is not installed.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        from assay.evaluation.confusion import confusion_matrix

        self._log_document(confusion_matrix(y_true, y_pred, title), is_output)

    def _log_document(self, document: dict[str, Any], is_output: bool) -> None:
        from assay.formats.evaluation import encode_document

        name = artifact_name(document["title"])
        stored = self._put(io.BytesIO(encode_document(document)))
        if stored is not None:
            body = {"name": name, "is_output": bool(is_output), "kind": document["type"], **stored}
            self._say("artifact", {**body, "media_type": "application/json"})


def _media_type(path: str) -> str | None:
    import mimetypes

    return mimetypes.guess_type(f"file:{path}", strict=False)[0]


def _files_below(top: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise InvalidInputError(f"{error.filename} can't be read: {error.strerror}") from error

    found = []
    for folder, folders, names in os.walk(top, onerror=refuse):
        folders.sort()
        found += [os.path.join(folder, name) for name in sorted(names)]
    return [path for path in found if os.path.isfile(path)]
