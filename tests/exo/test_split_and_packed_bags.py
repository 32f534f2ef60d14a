"""Recordings that rosbag2 has split into several files or compressed, whole and damaged."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from rosbags.rosbag2 import CompressionMode, Reader, StoragePlugin, Writer

from exo.cli import main
from exo.report.trial_report import report_recording
from exo.trial_recording import Recording, load_recording
from exo_control.errors import ConfigError
from exo_nodes import topics

from .made_up_walk import PERIOD_NS, TYPESTORE, write_bag

SECONDS = 6.0
TOP = "rosbag2_bagfile_information"
STORAGES = [StoragePlugin.MCAP, StoragePlugin.SQLITE3]
ENDINGS = {StoragePlugin.MCAP: ".mcap", StoragePlugin.SQLITE3: ".db3"}


def split(bag: Path, into: Path, storage: StoragePlugin, parts: int = 3) -> list[Path]:
    """Write a bag anew in several files, as rosbag2 does with --max-bag-duration; return the files."""
    with Reader(bag) as reader:
        length = -(-reader.duration // parts)
        about: dict[str, Any] = {}
        files: list[Path] = []
        for part in range(parts):
            begin = reader.start_time + part * length
            with Writer(into.parent / f"part_{part}", version=9, storage_plugin=storage) as writer:
                connections = {
                    each.id: writer.add_connection(each.topic, each.msgtype, typestore=TYPESTORE)
                    for each in reader.connections
                }
                for connection, received_ns, data in reader.messages(start=begin, stop=begin + length):
                    writer.write(connections[connection.id], received_ns, data)
            information = yaml.safe_load((writer.path / "metadata.yaml").read_text())[TOP]
            into.mkdir(exist_ok=True)
            files.append(into / f"{into.name}_{part}{ENDINGS[storage]}")
            shutil.move(next(writer.path.glob(f"*{ENDINGS[storage]}")), files[-1])
            about = about or information | {"relative_file_paths": [], "files": []}
            about["relative_file_paths"].append(files[-1].name)
            about["files"] += [file | {"path": files[-1].name} for file in information["files"]]
        about["custom_data"] = {"trial_id": "split"}
    (into / "metadata.yaml").write_text(yaml.safe_dump({TOP: about}))
    return files


def ticks(recording: Recording) -> list[int]:
    """Return the ticks of the states that were read."""
    stamps = recording.joint_position.stamp_ns
    return ((stamps - stamps[0]) // PERIOD_NS).tolist()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bag(tmp_path_factory.mktemp("whole") / "walk", seconds=SECONDS) / "bag"


@pytest.mark.parametrize("storage", STORAGES)
def test_a_bag_of_several_files_reads_as_one(whole: Path, tmp_path: Path, storage: StoragePlugin) -> None:
    split(whole, tmp_path / "bag", storage)
    recording, straight = load_recording(tmp_path / "bag"), load_recording(whole)
    assert recording.complete and not recording.problems and recording.custom_data == {"trial_id": "split"}
    assert {name: len(topic) for name, topic in recording.topics.items()} == {
        name: len(topic) for name, topic in straight.topics.items()
    }
    assert ticks(recording) == list(range(600))


@pytest.mark.parametrize("storage", STORAGES)
def test_a_file_that_is_missing_is_named_and_the_others_are_used(
    whole: Path, tmp_path: Path, storage: StoragePlugin
) -> None:
    files = split(whole, tmp_path / "bag", storage)
    files[1].unlink()
    report = report_recording(tmp_path / "bag")
    assert f"{files[1].name}: missing, although metadata.yaml lists it" in report.problems
    recording = load_recording(tmp_path / "bag")
    assert not recording.complete and ticks(recording) == [*range(200), *range(400, 600)]
    quality = {each.topic: each.stamps for each in report.quality}[topics.JOINT_STATES]
    assert quality.lost == 200


@pytest.mark.parametrize("storage", STORAGES)
def test_a_file_that_is_cut_is_named_and_the_others_are_used_whole(
    whole: Path, tmp_path: Path, storage: StoragePlugin
) -> None:
    files = split(whole, tmp_path / "bag", storage)
    files[1].write_bytes(files[1].read_bytes()[: files[1].stat().st_size // 2])
    recording = load_recording(tmp_path / "bag")
    found = ticks(recording)
    assert found[:201] == list(range(201)) and found[-200:] == list(range(400, 600))
    assert 420 < len(found) < 560
    assert all(files[1].name in problem for problem in recording.problems) and recording.problems


def test_files_are_read_in_the_order_of_their_numbers_without_metadata(whole: Path, tmp_path: Path) -> None:
    split(whole, tmp_path / "bag", StoragePlugin.MCAP, parts=11)
    (tmp_path / "bag" / "metadata.yaml").unlink()
    recording = load_recording(tmp_path / "bag")
    assert recording.problems == ["the recording was not closed: what was saved is used"]
    received = recording.topics[topics.JOINT_STATES].received_ns().tolist()
    assert received == sorted(received) and len(received) == 600


def test_metadata_that_means_nothing_is_named_and_the_files_are_used(whole: Path, tmp_path: Path) -> None:
    split(whole, tmp_path / "bag", StoragePlugin.MCAP)
    (tmp_path / "bag" / "metadata.yaml").write_text("{: [")
    recording = load_recording(tmp_path / "bag")
    assert recording.problems == ["metadata.yaml: damaged; the files beside it are used"]
    assert ticks(recording) == list(range(600))


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("compression", [CompressionMode.FILE, CompressionMode.MESSAGE])
def test_compressed_bags_read_as_others_do(
    tmp_path: Path, storage: StoragePlugin, compression: CompressionMode
) -> None:
    bag = write_bag(tmp_path / "walk", seconds=2.0, storage=storage, compression=compression) / "bag"
    recording = load_recording(bag)
    assert recording.complete and not recording.problems and recording.custom_data["trial_id"] == "walk"
    assert {len(topic) for topic in recording.topics.values()} == {200}
    # A recorder that was killed leaves no metadata.yaml, which names the compression.
    (bag / "metadata.yaml").unlink()
    assert ticks(load_recording(bag)) == list(range(200))
    (file,) = bag.iterdir()
    assert ticks(load_recording(file)) == list(range(200))


def test_chunks_that_the_storage_compressed(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "walk", seconds=2.0, compression=CompressionMode.STORAGE) / "bag"
    assert load_recording(bag).complete and ticks(load_recording(bag)) == list(range(200))


@pytest.mark.parametrize("storage", STORAGES)
def test_of_a_compressed_file_that_is_cut_what_comes_before_is_used(
    tmp_path: Path, storage: StoragePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = write_bag(tmp_path / "walk", seconds=SECONDS, storage=storage, compression=CompressionMode.FILE)
    file = next((trial / "bag").glob("*.zstd"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    recording = load_recording(trial / "bag")
    found = ticks(recording)
    assert found == list(range(len(found))) and 100 < len(found) < 500
    assert not recording.complete and any(file.name in problem for problem in recording.problems)
    assert main(["report", str(trial), "--output", str(tmp_path / "page.html")]) == 0
    assert file.name in capsys.readouterr().err


def test_a_compressed_file_with_junk_in_it_is_named(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "walk", seconds=2.0, compression=CompressionMode.FILE) / "bag"
    file = next(bag.glob("*.zstd"))
    file.write_bytes(b"no compression at all")
    with pytest.raises(ConfigError, match=rf"damaged and cannot be read: {file.name}: damaged"):
        load_recording(bag)


def test_of_a_file_whose_compression_was_interrupted_the_whole_one_is_used(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "walk", seconds=2.0) / "bag"
    file = next(bag.glob("*.mcap"))
    (bag / f"{file.name}.zstd").write_bytes(b"\x28\xb5\x2f\xfd")
    (bag / "metadata.yaml").unlink()
    assert ticks(load_recording(bag)) == list(range(200))


def test_messages_that_cannot_be_decompressed_are_counted(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "walk", seconds=2.0, compression=CompressionMode.MESSAGE, storage=StoragePlugin.SQLITE3)
    file = next((bag / "bag").glob("*.db3"))
    content = file.read_bytes()
    at = content.index(b"\x28\xb5\x2f\xfd", len(content) // 2)
    file.write_bytes(content[: at + 4] + b"\xff" * 30 + content[at + 34 :])
    recording = load_recording(bag / "bag")
    (problem,) = recording.problems
    assert problem.endswith(": 1 messages of 200 cannot be read")
