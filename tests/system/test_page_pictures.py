"""Each screen looks as it did when somebody last looked at its picture and found it good.

The pictures lie in docs/pictures. `make pictures` takes them anew; whoever does looks at each before it is committed.
Compared are the means of small tiles: fonts differ from one machine to the next, what a screen is made of does not.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system import picture_store
from tests.system.browser import PHONE, WIDE, looking, served
from tests.system.page import browser

__all__ = ["browser"]

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
TAKEN_ANEW = os.environ.get("ASSAY_PICTURES") == "1"
TILE_PX = 16
TILE_DIFFERENCE = 24
"""Of 255: a tile whose mean differs by more looks different."""
TILES_DIFFERENT = 0.05
"""So large a part of a picture may look different: a line that breaks elsewhere in another font."""

LAST = picture_store.uid_of(picture_store.RUNS - 1)
OTHER = picture_store.uid_of(3)
SCREENS = {
    "experiments": ("/", WIDE, "light"),
    "experiment": ("/experiments/animals", WIDE, "light"),
    "experiment-dark": ("/experiments/animals", WIDE, "dark"),
    "experiment-phone": ("/experiments/animals", PHONE, "light"),
    "table": ("/experiments/animals?layout=table&sort=-metrics.val/accuracy", WIDE, "light"),
    "run": (f"/runs/{LAST}", WIDE, "light"),
    "run-phone": (f"/runs/{LAST}", PHONE, "dark"),
    "charts": (f"/runs/{LAST}?tab=charts", WIDE, "dark"),
    "evaluation": (f"/runs/{LAST}?tab=evaluation", WIDE, "light"),
    "evaluation-dark": (f"/runs/{LAST}?tab=evaluation", WIDE, "dark"),
    "media": (f"/runs/{LAST}?tab=media", WIDE, "light"),
    "artifacts": (f"/runs/{LAST}?tab=artifacts", WIDE, "light"),
    "lineage": (f"/runs/{LAST}?tab=lineage", WIDE, "light"),
    "comparison": (f"/compare?runs={LAST},{OTHER}", WIDE, "light"),
    "parallel": ("/compare?experiment=animals&tab=parallel", WIDE, "light"),
    "scatter": ("/compare?experiment=animals&tab=scatter", WIDE, "dark"),
    "settings": ("/settings", WIDE, "light"),
}


@pytest.fixture(scope="module")
def url(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of runs that are the same each time."""
    folder = tmp_path_factory.mktemp("pictures") / "animals"
    picture_store.fill(folder)
    with served(folder) as one:
        yield one


@pytest.mark.parametrize("name", SCREENS)
def test_screen_looks_as_it_did(browser: Any, url: str, name: str, tmp_path: Path) -> None:
    place, size, theme = SCREENS[name]
    with looking(browser, url, theme=theme, size=size, locale="en-US", timezone_id="UTC") as look:
        look.page.clock.set_fixed_time(picture_store.NOON_US / 1000)
        look.open(place)
        look.page.wait_for_timeout(400)  # canvases are painted in the frames behind
        taken = look.page.screenshot(animations="disabled", caret="hide")

    file = PICTURES / f"{name}.png"
    if TAKEN_ANEW:
        PICTURES.mkdir(exist_ok=True)
        file.write_bytes(taken)
    (tmp_path / f"{name}.png").write_bytes(taken)
    share, difference = compared(file.read_bytes(), taken)
    assert TILES_DIFFERENT >= share, f"{share:.1%} of {file} looks different: see {tmp_path}"
    assert 3 >= difference, f"{file} is {difference:.1f} of 255 off on the whole: see {tmp_path}"


def compared(one: bytes, other: bytes) -> tuple[float, float]:
    """The share of tiles that look different, and by how much tiles differ on the whole, of 255."""
    import numpy as np
    from PIL import Image

    tiles = []
    for data in (one, other):
        picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float64)
        height, width = (side - side % TILE_PX for side in picture.shape[:2])
        shape = (height // TILE_PX, TILE_PX, width // TILE_PX, TILE_PX, 3)
        tiles.append(picture[:height, :width].reshape(shape).mean(axis=(1, 3)))
    if tiles[0].shape != tiles[1].shape:
        return 1.0, 255.0
    away = np.abs(tiles[0] - tiles[1]).max(axis=2)
    return float((away > TILE_DIFFERENCE).mean()), float(away.mean())


def test_a_screen_that_lost_a_panel_is_noticed() -> None:
    from PIL import Image, ImageDraw

    pictures = []
    for has_panel in (True, False):
        picture = Image.new("RGB", (1280, 800), "white")
        if has_panel:
            ImageDraw.Draw(picture).rectangle((600, 100, 1000, 400), fill="#ddd")
        file = io.BytesIO()
        picture.save(file, "png")
        pictures.append(file.getvalue())

    assert TILES_DIFFERENT < compared(*pictures)[0]
    assert (0.0, 0.0) == compared(pictures[0], pictures[0])
