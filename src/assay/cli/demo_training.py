"""The demo's training: handwritten digits under noise, learned by several models, each tracked in a run of its own.

It logs as a user's script would, by nothing but `Run`.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, MissingExtraError

if TYPE_CHECKING:
    from assay.run import Run
    from assay.session import Session

EXPERIMENT = "digits-demo"
SEED = 0
TRAIN_SIZE, VALIDATION_SIZE = 600, 900
NOISE = 0.35
"""Standard deviation of what is added to each pixel (of 0 to 1); without it no model errs."""
LOOK_EVERY = 4
"""Steps from one look at the weights to the next."""
CONTINUATION = "assay.cli.demo_continuation"
"""The module that a child process runs."""
_PACKAGES = ("joblib", "matplotlib.figure", "numpy", "sklearn.datasets", "sklearn.ensemble", "sklearn.metrics")


def check_packages() -> None:
    """Load what the demo trains and draws with.

    Raises:
        MissingExtraError: A package is missing; the message says how to install all of them.
    """
    for name in _PACKAGES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise MissingExtraError(
                f"assay demo needs scikit-learn and matplotlib, and {name.partition('.')[0]} can't be imported "
                f'({error}): pip install "assay[sklearn,figures]"'
            ) from error


@dataclass(frozen=True, slots=True)
class Digits:
    """8 × 8 pictures of digits, split once and for all; pixels in rows, of 0 to 1 and noise."""

    train: Any
    train_labels: Any
    validation: Any
    validation_labels: Any
    classes: Any


def load_digits() -> Digits:
    """The data set that scikit-learn ships, under noise that is the same each time."""
    import numpy as np
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    pictures, labels = datasets.load_digits(return_X_y=True)
    pictures = pictures / 16 + np.random.default_rng(SEED).normal(0, NOISE, pictures.shape)
    train, validation, train_labels, validation_labels = train_test_split(
        pictures, labels, train_size=TRAIN_SIZE, test_size=VALIDATION_SIZE, random_state=SEED, stratify=labels
    )
    return Digits(train, train_labels, validation, validation_labels, np.unique(labels))


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model and how it is trained.

    Attributes:
        run_name: What its run is called.
        parameters: What the model is made with.
        make: Makes it.
        unit: What a step is.
        steps: How many there are in the process that starts the run.
        steps_in_child: How many follow in a child process.
    """

    run_name: str
    parameters: Mapping[str, Any]
    make: Callable[..., Any]
    unit: str
    steps: int
    steps_in_child: int = 0


def recipes() -> Sequence[Recipe]:
    """What the demo trains."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import SGDClassifier
    from sklearn.neural_network import MLPClassifier

    softmax = {"loss": "log_loss", "learning_rate": "constant", "eta0": 0.01, "alpha": 0.001}
    narrow = {"hidden_layer_sizes": (16,), "learning_rate_init": 0.003, "batch_size": 64}
    return (
        Recipe("softmax", softmax, SGDClassifier, "epochs", 40),
        Recipe("mlp-16", narrow, MLPClassifier, "epochs", 40),
        Recipe("mlp-64", {**narrow, "hidden_layer_sizes": (64,)}, MLPClassifier, "epochs", 20, steps_in_child=20),
        Recipe("forest", {"max_depth": 6, "warm_start": True}, RandomForestClassifier, "steps of 10 trees", 10),
    )


def train(recipe: Recipe, digits: Digits, session: Session) -> str:
    """Train a model in a run of its own, part of it in a child process where the recipe says so.

    Returns:
        The run's name, which has a number behind it where an earlier demo took the plain one.
    """
    from assay import Run

    tags = {"purpose": "demo", "data": "digits"}
    with Run(EXPERIMENT, recipe.run_name, tags=tags, sagemaker_session=session, if_exists="new") as run:
        run.description = f"**{recipe.make.__name__}** on handwritten digits under noise, tracked by `assay demo`."
        run.log_parameters({"model": recipe.make.__name__, **recipe.parameters})
        run.log_parameters({"data.noise": NOISE, "data.train_size": TRAIN_SIZE, "seed": SEED})
        run.define_metric("val/accuracy", goal="max")
        run.define_metric("val/loss", goal="min")
        log_data(run, digits)
        model = recipe.make(**recipe.parameters, random_state=SEED)
        train_steps(run, model, digits, range(recipe.steps))
        log_outcome(run, model, digits)
        if recipe.steps_in_child:
            run.flush()
            _continue_in_child(recipe.steps_in_child)
        return run.run_name


def _continue_in_child(steps: int) -> None:
    # The child gets no name of a run: it finds this one in the environment that `with Run(…)` set.
    command = [sys.executable, "-m", CONTINUATION, str(steps)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssayError(f"the demo's child process ended with {done.returncode}: {done.stderr.strip()}")


def train_steps(run: Run, model: Any, digits: Digits, steps: range) -> None:
    """Train a model step by step, and log how good it is after each."""
    from sklearn.metrics import log_loss

    for step in steps:
        if hasattr(model, "partial_fit"):
            model.partial_fit(digits.train, digits.train_labels, classes=digits.classes)
        else:  # a forest grows by ten trees
            model.n_estimators = 10 * (step + 1)
            model.fit(digits.train, digits.train_labels)
        scores = model.predict_proba(digits.validation)
        run.log_metrics(
            {
                "train/loss": log_loss(digits.train_labels, model.predict_proba(digits.train), labels=digits.classes),
                "val/loss": log_loss(digits.validation_labels, scores, labels=digits.classes),
                "val/accuracy": (digits.classes[scores.argmax(axis=1)] == digits.validation_labels).mean(),
            },
            step=step,
        )
        if step % LOOK_EVERY == 0:
            weights = first_weights(model)
            run.log_histogram("weights", weights, step=step)
            run.log_image("what it looks for", pictures_of(weights), step=step)


def first_weights(model: Any) -> Any:
    """What a model makes of the pixels, shape (n, 64): weights of classes or neurons; of a forest how it uses them."""
    if hasattr(model, "coefs_"):
        return model.coefs_[0].T
    return model.coef_ if hasattr(model, "coef_") else model.feature_importances_.reshape(1, -1)


def pictures_of(weights: Any) -> Any:
    """Weights as pictures of 8 × 8 in a row or two: grey is none, white the most; shape (h, w), in 0…1."""
    import numpy as np

    shown = weights[:16]
    shown = np.concatenate([shown, np.zeros((-len(shown) % min(8, len(shown)), shown.shape[1]))])
    scaled = 0.5 + shown / (2 * np.abs(shown).max() or 1)
    rows = scaled.reshape(-1, min(8, len(shown)), 8, 8)
    return np.pad(rows, ((0, 0), (0, 0), (1, 0), (1, 0))).transpose(0, 2, 1, 3).reshape(len(rows) * 9, -1)


def log_data(run: Run, digits: Digits) -> None:
    """Log what a model learns from; it is the same file for all, so that one sees what came of it."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "digits.npz")
        np.savez_compressed(path, pictures=digits.train, labels=digits.train_labels)
        run.log_file(path, name="digits", is_output=False)


def log_outcome(run: Run, model: Any, digits: Digits) -> None:
    """Log what a model has become: its charts, the model itself and the pictures that it is most wrong about."""
    import joblib
    import numpy as np

    scores = model.predict_proba(digits.validation)
    run.log_roc_curve(digits.validation_labels, scores)
    one_hot = (digits.validation_labels[:, np.newaxis] == digits.classes).astype(int)
    run.log_precision_recall(one_hot.ravel(), scores.ravel(), positive_label=1)  # the micro average over all classes
    run.log_confusion_matrix(digits.validation_labels, digits.classes[scores.argmax(axis=1)])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.joblib")
        joblib.dump(model, path)
        run.log_file(path, name="model")
    run.log_figure("most wrong", _most_wrong(scores, digits))


def _most_wrong(scores: Any, digits: Digits) -> Any:
    from matplotlib.figure import Figure

    truth = scores[range(len(scores)), digits.validation_labels]
    figure = Figure(figsize=(8, 2), layout="constrained")
    for axes, at in zip(figure.subplots(1, 8), truth.argsort()[:8], strict=True):
        axes.imshow(digits.validation[at].reshape(8, 8), cmap="gray_r")
        axes.set_title(f"{digits.validation_labels[at]}, not {digits.classes[scores[at].argmax()]}", fontsize=9)
        axes.set_axis_off()
    return figure
