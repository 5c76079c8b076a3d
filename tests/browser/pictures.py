"""Screenshots of every state into tests/browser/pictures/ (never committed), so that a person can look at them.

Run by `make pictures`; name one of the sets to make only that.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.states import walk
from tests.browsing import FLAGS, LiveRound, chromium_path

FOLDER = Path(__file__).parent / "pictures"
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
SETS: dict[str, tuple[bool, dict[str, Any]]] = {
    "phone-zh": (False, PHONE),
    "phone-en": (True, PHONE),
    "phone-zh-dark": (False, {**PHONE, "color_scheme": "dark"}),
    "desktop-zh": (False, {"viewport": {"width": 1280, "height": 800}}),
    "desktop-en": (True, {"viewport": {"width": 1280, "height": 800}}),
}


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for name in sys.argv[1:] or SETS:
            english, options = SETS[name]
            folder = FOLDER / name
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob("*.png"):
                old.unlink()
            count = 0

            def look(page: Page, state: str, folder: Path = folder) -> None:
                nonlocal count
                count += 1
                page.screenshot(path=folder / f"{count:02}-{state}.png", full_page=True, animations="disabled")

            with tempfile.TemporaryDirectory() as instance:
                live = LiveRound(Path(instance) / "instance", kiosk=True)
                try:
                    walk(browser, live, look, english=english, **options)
                finally:
                    live.stop()
            print(f"{folder}: {count} pictures")
        browser.close()


if __name__ == "__main__":
    main()
