"""Chromium without a window: prints pages and takes pictures of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from exo_control.errors import ConfigError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LONGEST_S = 120.0

OPTIONS = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage",
)  # fmt: skip
"""Nothing of it may need a network."""


def find_browser() -> str | None:
    """Return the command of a Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def run_browser(options: Sequence[str], page: Path) -> subprocess.CompletedProcess[str]:
    """Let Chromium do something with a page, such as ``--dump-dom``.

    Raises:
        ConfigError: there is no Chromium, or it fails.
    """
    browser = find_browser()
    if browser is None:
        raise ConfigError("no Chromium found: install one, `sudo apt install chromium`, or print the page in a browser")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # which root cannot have
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, *OPTIONS, *sandbox, f"--user-data-dir={profile}", *options, page.absolute().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            raise ConfigError(f"{browser} did not finish {page} within {LONGEST_S:g} s") from None
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ConfigError(f"{browser} failed on {page}: {last[0]}")
    return done


def print_pdf(page: Path, pdf: Path) -> None:
    """Print a page.

    Raises:
        ConfigError: there is no Chromium, or it fails.
    """
    run_browser(["--no-pdf-header-footer", f"--print-to-pdf={pdf.absolute()}"], page)
    if not pdf.is_file():
        raise ConfigError(f"{pdf}: not written; is its folder writable?")
