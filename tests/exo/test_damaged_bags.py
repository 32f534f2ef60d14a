"""Recordings that are damaged: what can be used is used, what cannot is named."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rosbags.rosbag2 import StoragePlugin, Writer

from exo.cli import main
from exo.report.trial_report import report_recording
from exo.trial_recording import load_recording
from exo_control.errors import ConfigError
from exo_nodes import topics

from .made_up_walk import STRIDE_S, TYPES, TYPESTORE, write_bag

Fields = dict[str, NDArray[np.float64]]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MCAP file of 1.5 s."""
    return next((write_bag(tmp_path_factory.mktemp("short") / "walk", seconds=1.5) / "bag").glob("*.mcap"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bag(tmp_path_factory.mktemp("whole") / "walk")


def load_bytes(content: bytes, name: str = "bag.mcap") -> dict[str, int]:
    """Return the messages by topic of a bag with this content; none if it says that it cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        bag = Path(folder, name)
        bag.write_bytes(content)
        try:
            recording = load_recording(bag)
        except ConfigError as error:
            assert "damaged and cannot be read" in str(error)
            return {}
        return {topic: len(messages) for topic, messages in recording.topics.items()}


@settings(max_examples=25)
@given(data=st.data())
def test_a_file_cut_anywhere_gives_what_is_before_the_cut(short: Path, data: st.DataObject) -> None:
    content = short.read_bytes()
    cut = data.draw(st.integers(0, len(content) - 1))
    counts = load_bytes(content[:cut])
    # The messages of a file lie one after another, each of several hundred bytes.
    assert sum(counts.values()) >= (cut - 60_000) / 1000
    assert all(count <= 150 for count in counts.values())


@settings(max_examples=25)
@given(data=st.data())
def test_bytes_changed_anywhere_are_no_error(short: Path, data: st.DataObject) -> None:
    content = short.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=40))
    counts = load_bytes(content[:at] + junk + content[at + len(junk) :])
    assert all(count <= 151 for count in counts.values())


@given(st.binary(max_size=300), st.sampled_from(["bag.mcap", "bag.db3"]))
@settings(max_examples=30)
def test_what_is_no_bag_is_said_so(content: bytes, name: str) -> None:
    assert load_bytes(content, name) == {}


def test_a_bag_whose_recorder_was_killed(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial = tmp_path / "killed"
    shutil.copytree(whole, trial)
    (trial / "bag" / "metadata.yaml").unlink()
    file = next((trial / "bag").glob("*.mcap"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 3 // 4])
    report = report_recording(trial / "bag")
    assert 9.0 < report.seconds < 11.0
    # Without its end the file does not tell who walked, so heel strikes, told from the weight, are not known.
    (walk,) = report.walks
    assert walk.event == "peak hip flexion" and walk.strides >= 4
    assert walk.figures["stride_s"] == pytest.approx(STRIDE_S, abs=0.01)
    assert main(["report", str(trial), "--output", str(tmp_path / "page.html")]) == 0
    error, page = capsys.readouterr().err, (tmp_path / "page.html").read_text()
    for told in ("the recording was not closed", "nothing more can be read from byte"):
        assert told in error and told in page


def test_what_lies_around_damage_in_an_mcap_file_is_used(whole: Path, tmp_path: Path) -> None:
    file = next((whole / "bag").glob("*.mcap"))
    content = file.read_bytes()
    half = len(content) // 2
    (tmp_path / "holed.mcap").write_bytes(content[:half] + bytes(100_000) + content[half + 100_000 :])
    recording, straight = load_recording(tmp_path / "holed.mcap"), load_recording(whole / "bag")
    assert not recording.complete and any("cannot be read" in problem for problem in recording.problems)
    stamps, all_stamps = recording.joint_position.stamp_ns, straight.joint_position.stamp_ns
    assert stamps[0] == all_stamps[0] and stamps[-1] == all_stamps[-1]
    assert 0.5 * len(all_stamps) < len(stamps) < len(all_stamps)


def test_what_lies_around_damage_in_a_sqlite_file_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial = write_bag(tmp_path / "walk", seconds=8.0, storage=StoragePlugin.SQLITE3)
    file = next((trial / "bag").glob("*.db3"))
    content = bytearray(file.read_bytes())
    half = len(content) // 2
    content[half : half + 200_000] = bytes(200_000)
    file.write_bytes(content)
    recording = load_recording(trial / "bag")
    stamps = recording.joint_position.stamp_ns
    assert len(np.unique(stamps)) == len(stamps) and 600 < len(stamps) < 800
    assert 1e-9 * (stamps[-1] - stamps[0]) == pytest.approx(7.99)
    told = f"{file.name}: damaged (database disk image is malformed): messages "
    assert any(problem.startswith(told) for problem in recording.problems)
    assert main(["report", str(trial), "--output", str(tmp_path / "page.html")]) == 0
    assert "cannot be read" in capsys.readouterr().err


def test_a_sqlite_file_cut_anywhere_gives_what_is_before_the_cut(tmp_path: Path) -> None:
    trial = write_bag(tmp_path / "walk", seconds=6.0, storage=StoragePlugin.SQLITE3)
    file = next((trial / "bag").glob("*.db3"))
    content = file.read_bytes()
    for part, least in ((0.25, 600), (0.5, 2000), (0.9, 4000)):
        counts = load_bytes(content[: int(part * len(content))], "bag.db3")
        assert least < sum(counts.values()) < 6000
        assert max(counts.values()) - min(counts.values()) <= 1
    assert load_bytes(content[:5000], "bag.db3") == {}


def test_topics_that_are_missing_are_named_and_the_rest_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trials = {topic: write_bag(tmp_path / str(i), 6.0, leave_out=[topic]) for i, topic in enumerate(topics.RECORDED)}
    for topic, trial in trials.items():
        report = report_recording(trial / "bag")
        assert report.missing_topics == [topic] and report.walks[0].strides >= 2
    page = tmp_path / "page.html"
    assert main(["report", str(trials[topics.SAFETY_STATUS]), "--output", str(page)]) == 0
    assert f"not recorded: {topics.SAFETY_STATUS}" in page.read_text()


def test_a_clock_that_jumps_is_named_and_undone(tmp_path: Path, whole: Path) -> None:
    def jump(topic: str, tick: int, fields: Fields, stamp_ns: int) -> int:
        return stamp_ns - (3600 * 10**9 if tick >= 700 else 0)

    report = report_recording(write_bag(tmp_path / "back", edit=jump) / "bag")
    assert any("the clock jumped by -3600.000 s after 7.00 s" in problem for problem in report.problems)
    straight = report_recording(whole / "bag")
    assert report.walks[0].strides == straight.walks[0].strides
    assert report.walks[0].figures == pytest.approx(straight.walks[0].figures)

    def forward(topic: str, tick: int, fields: Fields, stamp_ns: int) -> int:
        return stamp_ns + (2 * 10**9 if tick >= 700 else 0)

    report = report_recording(write_bag(tmp_path / "forward", edit=forward) / "bag")
    assert any("the clock jumped by +2.000 s" in problem for problem in report.problems)
    assert report.walks[0].strides == straight.walks[0].strides


def test_numbers_that_are_not_finite_are_left_out_with_their_strides(tmp_path: Path, whole: Path) -> None:
    def not_a_number(topic: str, tick: int, fields: Fields, stamp_ns: int) -> int:
        if topic == topics.JOINT_STATES and 700 <= tick < 720:
            fields["position"][0] = np.nan if tick % 2 else np.inf
        return stamp_ns

    report = report_recording(write_bag(tmp_path / "nan", edit=not_a_number) / "bag")
    assert f"{topics.JOINT_STATES}: 20 messages with NaN or infinity" in report.problems
    (walk,), (straight,) = report.walks, report_recording(whole / "bag").walks
    assert np.isfinite(list(walk.figures.values())).all()
    assert walk.cycles["hip_right"].strides == straight.cycles["hip_right"].strides - 1
    assert walk.cycles["knee_right"].strides == straight.cycles["knee_right"].strides


def test_messages_that_are_lost_or_come_twice_are_counted(tmp_path: Path) -> None:
    def edit(topic: str, tick: int, fields: Fields, stamp_ns: int) -> int | None:
        if topic == topics.JOINT_STATES:
            return None if 500 <= tick < 510 else stamp_ns - 10_000_000 if tick == 600 else stamp_ns
        return stamp_ns

    report = report_recording(write_bag(tmp_path / "lost", edit=edit) / "bag")
    quality = {each.topic: each.stamps for each in report.quality}[topics.JOINT_STATES]
    assert (quality.messages, quality.lost, quality.duplicated) == (1390, 11, 1)
    assert quality.rate_hz == pytest.approx(100.0)
    assert quality.longest_gap_s == pytest.approx(0.11)


def test_a_topic_without_messages_and_one_of_another_type(tmp_path: Path) -> None:
    def only_first(topic: str, tick: int, fields: Fields, stamp_ns: int) -> int | None:
        return None if topic == topics.MUSCLE_ACTIVATIONS else stamp_ns

    trial = write_bag(tmp_path / "walk", seconds=8.0, edit=only_first)
    assert report_recording(trial / "bag").missing_topics == [topics.MUSCLE_ACTIVATIONS]
    text = "std_msgs/msg/String"
    with Writer(tmp_path / "texts", version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        states = writer.add_connection(f"/{topics.JOINT_STATES}", text, typestore=TYPESTORE)
        writer.add_connection(f"/{topics.SAFETY_STATUS}", text, typestore=TYPESTORE)
        writer.write(states, 0, bytes(TYPESTORE.serialize_cdr(TYPES[text]("no numbers"), text)))
    report = report_recording(tmp_path / "texts")
    assert not report.is_usable
    assert report.problems == [f"{topics.JOINT_STATES}: 1 messages of 1 cannot be read"]


def test_no_usable_trial_is_an_error_and_one_of_two_is_not(
    tmp_path: Path, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "junk.mcap").write_bytes(b"no bag at all")
    page = tmp_path / "page.html"
    assert main(["report", str(tmp_path / "junk.mcap"), str(tmp_path / "none"), "--output", str(page)]) == 2
    error = capsys.readouterr().err
    assert "junk.mcap" in error and "no recording here" in error and not page.exists()
    assert main(["report", str(tmp_path / "junk.mcap"), str(whole), "--output", str(page)]) == 0
    assert "junk.mcap" in capsys.readouterr().err and "junk.mcap" in page.read_text()
