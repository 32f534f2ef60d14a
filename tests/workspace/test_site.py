"""The documentation builds, broken links fail, and the reference agrees with the code."""

import http.server
import re
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from exo.reference import api_page, topics_page
from exo.reference.markdown import from_docstring
from exo_nodes import controller_topics, topics

TOP = Path(__file__).resolve().parents[2]
BUILD = [sys.executable, "-m", "properdocs", "build", "--strict"]
"""Not --quiet: what is not logged is not counted either, and a broken link would pass."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run([*BUILD, "--site-dir", str(folder)], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    for document in (TOP / "docs").rglob("*.md"):
        assert (site / document.relative_to(TOP / "docs")).with_suffix(".html").is_file()
    first = (site / "index.html").read_text()
    assert "howto/deployment.html" in first and "hooks.py" not in first


def test_the_reference_has_topics_parameters_arguments_commands_and_code(site: Path) -> None:
    for page, words in {
        "topics": ["exo/joint_states", "sensor_msgs/JointState", "exo/lower_assistance"],
        "parameters": ["realtime_priority", "dofc.delay_s", "emulation_channel"],
        "launch-files": ["hardware.launch.py", "real_time_factor"],
        "commands": ["exo optimize-gait", "--noise-nm", "exo bench latency"],
        "api/exo_safety": ["class SafetyLimiter", "LimiterError"],
    }.items():
        text = (site / "reference" / f"{page}.html").read_text()
        assert [word for word in words if word not in text] == [], page


def test_broken_links_fail(tmp_path: Path) -> None:
    settings = yaml.safe_load((TOP / "properdocs.yml").read_text())
    for ours in ("hooks", "extra_css"):
        del settings[ours]
    (tmp_path / "properdocs.yml").write_text(yaml.safe_dump(settings))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Page\n\n[a page](gone.md) [a heading](index.md#missing)\n")
    done = subprocess.run(BUILD, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "gone.md" in done.stderr and "missing" in done.stderr


class OtherSite(http.server.BaseHTTPRequestHandler):
    """A site elsewhere, with one page."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def other_site() -> Iterator[str]:
    """The address of a site on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), OtherSite) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_make_links_finds_links_to_other_sites_that_lead_nowhere(other_site: str) -> None:
    recipe = re.search(r"exec (linkchecker .*?) \$\(ARGS\)", (TOP / "Makefile").read_text())
    assert recipe is not None
    program, *options = shlex.split(recipe[1])

    def check(*paths: str) -> subprocess.CompletedProcess[str]:
        links = "".join(f'<a href="{other_site}{path}">a page</a>' for path in paths)
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)  # LinkChecker does not stay root
            page = Path(folder, "index.html")
            page.write_text(f'<html><body>{links}<a href="http://localhost:8088/">the live page</a></body></html>')
            command = [Path(sys.executable).with_name(program), *options, page]
            return subprocess.run(command, capture_output=True, text=True)

    assert (done := check("/there")).returncode == 0, done.stdout + done.stderr
    done = check("/there", "/gone")
    assert done.returncode != 0
    assert f"{other_site}/gone" in done.stdout and f"{other_site}/there" not in done.stdout


def test_every_topic_of_the_code_is_in_the_table_and_the_other_way_round() -> None:
    modules = (topics, controller_topics)
    constants = {value for module in modules for value in vars(module).values() if isinstance(value, str)}
    constants |= set(topics.GROUND_REACTION.values())
    listed = [topic.name for topic in topics_page.described_topics()]
    names = set(listed)
    assert len(listed) == len(names)
    services = {name for rows in topics_page.described_services().values() for name, _ in rows}
    assert {name for name in constants if re.fullmatch(r"/?[a-z_]+(/[a-z_]+)+|/[a-z]+", name)} == names | services


DOCSTRING = """Return ``x < 1``.

Args:
    a: first,
        and more.

===  ==
a    b
===  =="""

MARKDOWN = """Return `x < 1`.

**Args**

- `a`: first,
        and more.

```text
===  ==
a    b
===  ==
```"""


def test_a_docstring_becomes_markdown() -> None:
    assert from_docstring(DOCSTRING) == MARKDOWN
    assert from_docstring("a < b") == "a &lt; b"


def test_the_page_of_a_package_has_what_is_public_and_described(tmp_path: Path) -> None:
    package = tmp_path / "thing"
    package.mkdir()
    (package / "__init__.py").write_text('"""A thing."""\n')
    (package / "part.py").write_text(
        '"""A part."""\n\nclass Box(Base):\n    """A box."""\n\n    def __init__(self, size_m: float) -> None:\n'
        '        """Make it."""\n\n    def open(self) -> bool:\n        """Open it."""\n\n'
        'def _hidden() -> None:\n    """Hidden."""\n\ndef bare() -> None: ...\n'
    )
    page = api_page.page(package)
    assert page.startswith("# thing\n\nA thing.\n\n## thing.part\n\nA part.\n")
    assert "class Box(size_m: float)" in page and "**`open() -> bool`**\n\nOpen it." in page
    assert "hidden" not in page.lower() and "bare" not in page
