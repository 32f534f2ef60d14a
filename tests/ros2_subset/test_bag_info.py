"""ros2 bag info, on bags that are not what they should be."""

from pathlib import Path

import pytest
from rosbags.typesys import Stores, get_typestore

from ros2_subset.bag.info import format_info, format_size, read_info
from ros2_subset.bag.mcap_file import BagWriter
from ros2_subset.errors import CommandError

TYPESTORE = get_typestore(Stores.ROS2_JAZZY)
STRING = "std_msgs/msg/String"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """A whole bag of 100 messages in ten chunks."""
    path = tmp_path / "bag"
    with BagWriter(path) as writer:
        connection = writer.add_connection("/a", STRING, typestore=TYPESTORE)
        for number in range(100):
            message = TYPESTORE.types[STRING](str(number))
            writer.write(connection, 10**9 + number * 10**7, TYPESTORE.serialize_cdr(message, STRING))
            if number % 10 == 9:
                writer.flush()
    return path


def test_a_whole_bag(bag: Path) -> None:
    info = read_info(bag)
    assert info.damage is None
    assert (info.message_count, info.start_ns, info.duration_ns) == (100, 10**9, 99 * 10**7)
    assert info.topics == [("/a", STRING, 100, "cdr")]
    text = format_info(info)
    assert "Duration:          0.990000000s\n" in text
    assert "Topic information: Topic: /a | Type: std_msgs/msg/String | Count: 100 | Serialization Format: cdr\n" in text


def test_a_file_by_itself(bag: Path) -> None:
    info = read_info(bag / "bag.mcap")
    assert (info.message_count, info.damage) == (100, None)


def test_a_missing_metadata_file(bag: Path) -> None:
    (bag / "metadata.yaml").unlink()
    info = read_info(bag)
    assert info.message_count == 100
    assert "metadata.yaml is missing" in str(info.damage)


def test_metadata_of_another_recording(bag: Path) -> None:
    metadata = bag / "metadata.yaml"
    metadata.write_text(metadata.read_text().replace("message_count: 100", "message_count: 90"))
    assert "90 messages, but the files have 100" in str(read_info(bag).damage)


@pytest.mark.parametrize("keep", [0, 4, 30, 0.5, 0.9, 0.999])
def test_a_cut_file_is_called_damaged(bag: Path, keep: float) -> None:
    file = bag / "bag.mcap"
    data = file.read_bytes()
    file.write_bytes(data[: keep if isinstance(keep, int) else int(keep * len(data))])
    with pytest.raises(CommandError, match="is damaged and cannot be read"):
        read_info(bag)


def test_garbage_is_called_damaged(bag: Path) -> None:
    file = bag / "bag.mcap"
    file.write_bytes(bytes(range(256)) * 8)
    with pytest.raises(CommandError, match="is damaged and cannot be read"):
        read_info(bag)
    (bag / "metadata.yaml").write_text("{")
    with pytest.raises(CommandError, match="is damaged and cannot be read"):
        read_info(bag)


def test_what_is_no_bag(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not exist"):
        read_info(tmp_path / "nothing")
    with pytest.raises(CommandError, match=r"neither an \.mcap nor a \.db3 file"):
        read_info(tmp_path)
    (tmp_path / "notes.txt").write_text("no bag")
    with pytest.raises(CommandError, match="is damaged and cannot be read"):
        read_info(tmp_path / "notes.txt")


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536 * 1024, "1.5 MiB"), (5 << 40, "5.0 TiB")]
)
def test_sizes(size: int, text: str) -> None:
    assert format_size(size) == text
