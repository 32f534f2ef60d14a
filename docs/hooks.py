"""Adds to the site what is not written by hand: the README as its first page, the reference, and the navigation."""

from pathlib import Path
from typing import Any

from properdocs.structure.files import File, Files

from ros2_subset.fallback_path import enable_fallback

TOP = Path(__file__).resolve().parents[1]

FIRST_PAGE = "README.md"
AT_THE_TOP = {FIRST_PAGE: "index.md", "CHANGELOG.md": "CHANGELOG.md", "CONTRIBUTING.md": "CONTRIBUTING.md"}
"""Documents that people look for at the top of the checkout, and their places in the site."""

SECTIONS = {"Concepts": "concepts", "How to": "howto", "Safety": "safety", "Reference": "reference"}
"""Titles and folders: a page in one of them needs no entry anywhere."""

FIRST = ("index.md", "tutorial.md", "gaits.md", "learning.md")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made, before links are checked, and list all pages."""
    enable_fallback()  # the launch files need the launch package, or its stand-in
    from exo.reference.pages import reference_pages

    pages = {place: from_the_top(name) for name, place in AT_THE_TOP.items()} | reference_pages(TOP)
    for place, text in pages.items():
        files.append(File.generated(config, place, content=text))
    config.nav = navigation(sorted(file.src_uri for file in files.documentation_pages()))
    return files


def navigation(pages: list[str]) -> list[Any]:
    """Return the navigation: pages outside the sections, then the sections, each in the order of its pages."""
    others = [page for page in pages if page not in FIRST and page.partition("/")[0] not in SECTIONS.values()]
    sections = [
        {title: [page for page in pages if page.startswith(f"{folder}/")]} for title, folder in SECTIONS.items()
    ]
    return [*(page for page in FIRST if page in pages), *sections, *others]


def from_the_top(name: str) -> str:
    """Return a document at the top of the checkout, with links as they have to be in the site."""
    text = (TOP / name).read_text().replace(f"]({FIRST_PAGE}", f"]({AT_THE_TOP[FIRST_PAGE]}")
    return text.replace("](docs/", "](")
