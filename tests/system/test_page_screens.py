"""Every screen of the page opens, in both themes and both sizes, without a complaint and without anything serious."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.browser import AXE, PHONE, WIDE, looking
from tests.system.page import browser, logged, url
from tests.system.page_runs import Logged

__all__ = ["browser", "logged", "url"]

SCREENS = {
    "experiments": ("/", "Experiments"),
    "experiment": ("/experiments/vision", "train/loss"),
    "experiment as a list": ("/experiments/vision?layout=list&s=0.5", "trial-13"),
    "experiment as a table": ("/experiments/vision?layout=table&sort=-metrics.val/loss", "trial-13"),
    "one chart": ("/experiments/vision?metric=train/loss", "train/loss"),
    "overview": ("/runs/{trial-13}", "Parameters"),
    "charts": ("/runs/{trial-13}?tab=charts", "of 5,000 points"),
    "evaluation": ("/runs/{trial-13}?tab=evaluation", "Confusion matrix"),
    "artifacts": ("/runs/{values}?tab=artifacts&artifact=out:table", "score"),
    "odd values": ("/runs/{values}?tab=charts", "odd/nan"),
    "a failed run": ("/runs/{failing}", "the loss is not finite"),
    "an empty run": ("/runs/{empty}", "none"),
    "no such run": ("/runs/0000", "There is no such run"),
    "no such page": ("/nowhere", "Nothing here"),
    "comparison": ("/compare?runs={trial-03},{trial-13}", "only what differs"),
    "compared charts": ("/compare?runs={trial-03},{trial-13}&tab=charts", "trial-03"),
    "compared evaluation": ("/compare?runs={trial-03},{trial-13}&tab=evaluation", "difference to"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("screen", SCREENS)
def test_screen_opens_without_complaint(
    browser: Any, url: str, logged: Logged, screen: str, size: dict[str, int], theme: str
) -> None:
    place, text = SCREENS[screen]
    with looking(browser, url, theme=theme, size=size) as look:
        look.open(place.format(**logged.uids))
        look.page.get_by_text(text).locator("visible=true").first.wait_for()

        overflow = look.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert 0 >= overflow
        assert [] == look.complaints
        if AXE.exists():
            assert [] == look.axe()
