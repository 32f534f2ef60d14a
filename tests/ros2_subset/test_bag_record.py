"""ros2 bag record, over DDS."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from mcap.reader import make_reader
from rosbags.highlevel import AnyReader

pytestmark = [pytest.mark.integration, pytest.mark.real_time]

TOPICS = ["state", "command", "note", "fast", "description"]
COUNT = 300


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return tmp_path / "bag"


@pytest.fixture
def publish(start: Callable, demo_prefix: Path) -> Callable:
    """Start the demo publisher in namespace /lab."""

    def start_publisher(count: int, period_s: float, payload: int, subscribers: int) -> object:
        node = demo_prefix / "lib" / "demo_pkg" / "publish"
        return start(node, count, period_s, payload, subscribers, "--ros-args", "-r", "__ns:=/lab")

    return start_publisher


@pytest.fixture
def record(start_ros2: Callable, bag: Path) -> Callable:
    """Start recording the demo publisher's topics."""

    def start_recorder(*options: object, output: Path = bag, topics: tuple[str, ...] = tuple(TOPICS)) -> object:
        words = ["bag", "record", "-o", output, *options, "--topics", *topics]
        return start_ros2(*words, "--ros-args", "-r", "__ns:=/lab")

    return start_recorder


def read(bag: Path) -> dict[str, list[tuple[int, object]]]:
    """Return the messages of each topic with their times, in the order of the bag."""
    found: dict[str, list[tuple[int, object]]] = {}
    with AnyReader([bag]) as reader:
        for connection, time_ns, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            found.setdefault(connection.topic, []).append((time_ns, message))
    return found


def metadata(bag: Path) -> dict:
    return yaml.safe_load((bag / "metadata.yaml").read_text())["rosbag2_bagfile_information"]


@pytest.fixture(scope="module")
def cache() -> dict[str, Path]:
    return {}


@pytest.fixture
def bags(record: Callable, publish: Callable, tmp_path: Path, cache: dict[str, Path]) -> dict[str, Path]:
    """Bags of one run of the publisher, by how and for what they were recorded. Made once."""
    if cache:
        return cache
    # The recorders come first and leave last: they find topics that appear later, and drain what has arrived.
    stamped = ("state", "command", "/clock")
    recorders = {
        "interrupted": record("--custom-data", "trial=7", "note=a=b", output=tmp_path / "interrupted"),
        "terminated": record(output=tmp_path / "terminated"),
        "killed": record(output=tmp_path / "killed"),
        "simulated": record("--use-sim-time", output=tmp_path / "1" / "simulated", topics=stamped),
        "simulated again": record("--use-sim-time", output=tmp_path / "2" / "simulated", topics=stamped),
    }
    for recorder in recorders.values():
        recorder.wait_for("Recording...")
    publisher = publish(COUNT, 0.01, 0, len(recorders))
    publisher.wait_for("published")
    assert recorders.pop("killed").stop(signal.SIGKILL) == -signal.SIGKILL
    assert recorders.pop("terminated").stop(signal.SIGTERM) == 0
    for recorder in recorders.values():
        assert recorder.stop() == 0, recorder.output
        assert "All requested topics are subscribed" in recorder.output
    for name in ("interrupted", "terminated", "killed"):
        cache[name] = tmp_path / name
    cache["simulated"], cache["simulated again"] = tmp_path / "1" / "simulated", tmp_path / "2" / "simulated"
    return cache


@pytest.mark.parametrize("how", ["interrupted", "terminated"])
def test_everything_that_was_published_is_in_the_bag(bags: dict[str, Path], how: str) -> None:
    messages = read(bags[how])
    assert [message.position[0] for _, message in messages["/lab/state"]] == [*range(1, COUNT + 1)]
    assert [message.effort[0] for _, message in messages["/lab/command"]] == [*range(-1, -COUNT - 1, -1)]
    assert [message.data for _, message in messages["/lab/note"]] == [f"{n} " for n in range(1, COUNT + 1)]
    assert [message.data for _, message in messages["/lab/description"]] == ["robot"]
    assert messages["/lab/fast"]  # best effort: some
    times = [time_ns for time_ns, _ in messages["/lab/state"]]
    assert times == sorted(times)
    assert metadata(bags[how])["message_count"] == sum(map(len, messages.values()))


def test_the_metadata_is_that_of_rosbag2(bags: dict[str, Path]) -> None:
    told = metadata(bags["interrupted"])
    assert (told["version"], told["storage_identifier"]) == (9, "mcap")
    assert told["custom_data"] == {"trial": "7", "note": "a=b"}
    offered = {
        topic["topic_metadata"]["name"]: topic["topic_metadata"]["offered_qos_profiles"][0]
        for topic in told["topics_with_message_count"]
    }
    assert offered["/lab/description"]["durability"] == "transient_local"
    assert offered["/lab/fast"]["reliability"] == "best_effort"
    assert offered["/lab/state"]["reliability"] == "reliable"


def test_another_reader_agrees(bags: dict[str, Path]) -> None:
    with (bags["interrupted"] / "interrupted.mcap").open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == metadata(bags["interrupted"])["message_count"]
    assert {channel.topic for channel in summary.channels.values()} == {f"/lab/{topic}" for topic in TOPICS}


def test_info_of_a_recording(bags: dict[str, Path], ros2: Callable) -> None:
    info = ros2("bag", "info", bags["interrupted"])
    assert info.returncode == 0
    assert f"Messages:          {metadata(bags['interrupted'])['message_count']}\n" in info.stdout
    line = f"Topic: /lab/state | Type: sensor_msgs/msg/JointState | Count: {COUNT} | Serialization Format: cdr\n"
    assert line in info.stdout
    assert "trial: 7\n" in info.stdout
    names = ros2("bag", "info", "-t", bags["interrupted"]).stdout.split()
    assert names == sorted(f"/lab/{topic}" for topic in TOPICS)


def test_the_same_simulation_gives_the_same_bag(bags: dict[str, Path]) -> None:
    messages = read(bags["simulated"])
    for topic in ("/lab/state", "/lab/command", "/clock"):
        assert [time_ns for time_ns, _ in messages[topic]] == [n * 10_000_000 for n in range(1, COUNT + 1)]
    for file in ("simulated.mcap", "metadata.yaml"):
        assert (bags["simulated"] / file).read_bytes() == (bags["simulated again"] / file).read_bytes()


def test_a_killed_recorder_leaves_a_readable_file(bags: dict[str, Path], ros2: Callable) -> None:
    info = ros2("bag", "info", bags["killed"])
    assert info.returncode == 1
    assert "is damaged: metadata.yaml is missing" in info.stderr
    assert "'killed.mcap' can be read by itself" in info.stderr
    assert "Topic: /lab/state" in info.stdout
    positions = [message.position[0] for _, message in read(bags["killed"] / "killed.mcap")["/lab/state"]]
    # The last second is lost; on a busy machine it holds more than a second's messages.
    assert len(positions) >= COUNT // 10
    assert positions == [*range(1, len(positions) + 1)]


def test_an_existing_folder_is_refused(ros2: Callable, tmp_path: Path) -> None:
    done = ros2("bag", "record", "-a", "-o", tmp_path)
    assert done.returncode == 1
    assert f"Output folder '{tmp_path}' already exists." in done.stderr


def test_a_folder_that_cannot_be_made_is_an_error(ros2: Callable, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = ros2("bag", "record", "-a", "-o", tmp_path / "file" / "bag")
    assert done.returncode == 1
    assert f"cannot write bag '{tmp_path}/file/bag'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "which topics?"),
        (["-a", "--custom-data", "novalue"], "'novalue': expected KEY=VALUE"),
        (["-a", "--qos-profile-overrides-path", "/no/such/file"], "cannot read QoS overrides '/no/such/file'"),
    ],
)
def test_bad_arguments(ros2: Callable, bag: Path, words: list[str], told: str) -> None:
    done = ros2("bag", "record", "-o", bag, *words)
    assert done.returncode == 1
    assert told in done.stderr
    assert not bag.exists()


def test_nothing_recorded_is_a_whole_bag(start_ros2: Callable, ros2: Callable, bag: Path) -> None:
    recorder = start_ros2("bag", "record", "-o", bag, "/no_such_topic")
    recorder.wait_for("Recording...")
    assert recorder.stop() == 0
    done = ros2("bag", "info", bag)
    assert done.returncode == 0
    assert "Messages:          0\n" in done.stdout


def check_a_full_disk(recorder: object, publish: Callable, ros2: Callable, bag: Path, reason: str) -> None:
    recorder.wait_for("Recording...")  # type: ignore[attr-defined]
    publish(200, 0.01, 50_000, 1)
    assert recorder.process.wait(60) == 1  # type: ignore[attr-defined]
    output = recorder.output  # type: ignore[attr-defined]
    assert f"cannot write bag '{bag}': {reason}" in output
    assert "MiB free" in output
    assert "Traceback" not in output
    messages = read(bag)
    notes = [int(message.data.split()[0]) for _, message in messages["/lab/note"]]  # type: ignore[attr-defined]
    assert notes == [*range(1, len(notes) + 1)]
    assert 1 <= len(notes) < 200
    done = ros2("bag", "info", bag)
    assert done.returncode == 0, done.stderr
    assert f"{sum(map(len, messages.values()))} messages in the bag" in output


def test_a_file_size_limit(start: Callable, publish: Callable, ros2: Callable, bag: Path) -> None:
    topics = " ".join(TOPICS)
    command = f"ulimit -f 3000; exec python3 -m ros2_subset.main bag record -o {bag} {topics} --ros-args -r __ns:=/lab"
    check_a_full_disk(start("bash", "-c", command), publish, ros2, bag, "File too large")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk(record: Callable, publish: Callable, ros2: Callable, small_disk: Path) -> None:
    bag = small_disk / "bag"
    check_a_full_disk(record(output=bag), publish, ros2, bag, "No space left on device")
    assert (bag / "metadata.yaml").exists()
    with (bag / "bag.mcap").open("rb") as file:
        assert make_reader(file).get_summary() is not None
