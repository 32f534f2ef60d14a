"""The page of ``exo report`` in a browser: it needs no network, fits a phone and has no errors."""

import html
import re
from pathlib import Path

import pytest

from exo.browser import find_browser, run_browser
from exo.cli import main

from .made_up_walk import write_bag

needs_browser = pytest.mark.skipif(find_browser() is None, reason="no Chromium: apt install chromium")

WIDTHS = (390, 1280)
"""Of a phone and a desktop, pixels."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, repo_root: Path) -> Path:
    folder = tmp_path_factory.mktemp("page")
    trials = [
        write_bag(folder / "a_walk_with_a_rather_long_name", fault_from=1300),
        write_bag(folder / "zero", policy="zero"),
    ]
    study = repo_root / "config" / "studies" / "paper_table_iv.csv"
    arguments = [*map(str, trials), str(folder / "no-trial"), "--changes", str(study)]
    assert main(["report", *arguments, "--output", str(folder / "page.html")]) == 0
    return folder / "page.html"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    table = tmp_path / "study.csv"
    table.write_text("subject,a,b\n1,1.0,2.0\n2,2.0,3.5\n3,1.5,2.0\n")
    return table


def test_the_page_needs_nothing_else(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"https?:|//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]*", "", text))
    sources = re.findall(r"(?:src|href)=\"([^\"]*)\"", text)
    assert sources and all(source.startswith(("data:", "#")) for source in sources)
    assert "<script" not in text and "@import" not in text and "url(" not in text


def test_every_picture_says_what_it_shows_and_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    pictures = re.findall(r"<img [^>]*>", text)
    assert len(pictures) > 20 and all(re.search(r'alt="[^"]{5,}"', picture) for picture in pictures)
    anchors = re.findall(r'href="#([^"]*)"', text)
    assert anchors and all(f'id="{anchor}"' in text for anchor in anchors)


def test_the_same_trials_give_the_same_page(tmp_path: Path) -> None:
    trial = str(write_bag(tmp_path / "walk", seconds=2.0))
    for name in ("a.html", "b.html"):
        assert main(["report", trial, "--output", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


@needs_browser
def test_it_fits_a_phone_and_a_desktop_and_has_no_errors(page: Path, tmp_path: Path) -> None:
    frames = "".join(
        f'<iframe style="width: {width}px; height: 800px; border: 0" srcdoc="{html.escape(page.read_text())}"></iframe>'
        for width in WIDTHS
    )
    script = (
        "onload = () => { document.title = [...document.querySelectorAll('iframe')].map(frame => {"
        " const page = frame.contentDocument;"
        " const broken = [...page.images].filter(image => !image.naturalWidth).length;"
        " const { clientWidth, scrollWidth } = page.documentElement;"
        " return [clientWidth, scrollWidth, page.images.length, broken].join(' ');"
        " }).join('; '); };"
    )
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(f'<!doctype html><meta charset="utf-8"><title>?</title><script>{script}</script>{frames}')
    done = run_browser(["--dump-dom", "--enable-logging=stderr", "--virtual-time-budget=10000"], wrapper)
    measured = re.search(r"<title>(.*?)</title>", done.stdout)
    assert measured, done.stderr
    for width, text in zip(WIDTHS, measured[1].split("; "), strict=True):
        client, scroll, images, broken = map(int, text.split())
        assert client <= width and scroll <= client, f"at {width} px the page is {scroll} px wide"
        assert images > 20 and broken == 0
    assert "CONSOLE" not in done.stderr


@needs_browser
def test_it_prints_a_pdf(study: Path, tmp_path: Path) -> None:
    assert main(["report", "--study", str(study), "--pdf", "--output", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_browser_the_page_is_written_and_the_fix_named(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("exo.browser.NAMES", ("no-such-browser",))
    assert main(["report", "--study", str(study), "--pdf", "--output", str(tmp_path / "page.html")]) == 2
    assert "apt install chromium" in capsys.readouterr().err
    assert (tmp_path / "page.html").is_file()
