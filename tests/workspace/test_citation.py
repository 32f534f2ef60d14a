"""Licence, citation and changelog agree with the packages."""

import re
from pathlib import Path

import yaml

TOP = Path(__file__).resolve().parents[2]


def test_citation_and_licence_are_those_of_the_packages() -> None:
    citation = yaml.safe_load((TOP / "CITATION.cff").read_text())
    setup = (TOP / "src" / "exo" / "setup.py").read_text()
    assert [citation["version"]] == re.findall(r'version="([^"]+)"', setup)
    assert [citation["license"]] == re.findall(r'license="([^"]+)"', setup)
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    licence = (TOP / "LICENSE").read_text()
    assert "Apache License" in licence and "Version 2.0, January 2004" in licence


def test_the_changelog_keeps_its_form() -> None:
    lines = (TOP / "CHANGELOG.md").read_text().splitlines()
    releases = [line for line in lines if line.startswith("## ")]
    assert releases[0] == "## [Unreleased]"
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", line) for line in releases[1:])
    kinds = {line.removeprefix("### ") for line in lines if line.startswith("### ")}
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
