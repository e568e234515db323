"""What the demo's child process runs: it goes on with a run that it was not told of, found by `load_run()` alone.

The model comes out of the run's own artifacts, and goes back in when it has learned more.
"""

from __future__ import annotations

import io
import sys

from assay.cli.demo_training import load_digits, log_outcome, train_steps


def main(steps: int) -> None:
    """Train the current run's model for some steps more."""
    import joblib

    from assay import load_run

    with load_run() as run:
        model = joblib.load(io.BytesIO(run.artifacts()["model"].read_bytes()))
        first = run.metrics["train/loss"].last_step + 1
        digits = load_digits()
        train_steps(run, model, digits, range(first, first + steps))
        log_outcome(run, model, digits)
        run.log_parameter("continued_at", first)


if __name__ == "__main__":
    main(int(sys.argv[1]))
