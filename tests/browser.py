"""The Chromium that walks our pages, with fonts that look the same on every machine."""

import os
import platform
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.conftest import ROOT

BROWSER = ROOT / ".tools/browser"
AXE = BROWSER / "node_modules/axe-core/axe.min.js"

# The fonts that come with the browser look the same on every machine, and have all the marks of Vietnamese.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def launched(playwright: Playwright, folder: Path, rules: str, *more: str) -> Browser:
    """A browser that finds only the hosts of `rules` (Chromium's --host-resolver-rules); `folder` gets its fonts' cache."""
    (folder / "fonts.conf").write_text(FONTS.format(fonts=BROWSER / "tmp/fonts", cache=folder / "cache"))
    libraries = f"{os.environ.get('LD_LIBRARY_PATH', '')}:{BROWSER / 'tmp/al2023/lib'}".lstrip(":")
    return playwright.chromium.launch(
        executable_path=chromium(),
        env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf"), "LD_LIBRARY_PATH": libraries},
        args=["--no-sandbox", "--headless=shell", "--disable-gpu", f"--host-resolver-rules={rules}", *more],
    )


def chromium() -> Path:
    """The browser: the one that CHROMIUM names, or ours, which runs on Linux with an x86 alone, or the machine's own."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    if platform.system() == "Linux" and platform.machine() == "x86_64":
        return BROWSER / "tmp/chromium"
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    assert found, "no Chromium is installed: say where one is, CHROMIUM=/path make test"
    return Path(found)
