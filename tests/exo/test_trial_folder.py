"""The recordings of a trial that was resumed."""

from pathlib import Path

from exo.trial_folder import next_recording, recordings


def test_a_new_recording_never_takes_the_place_of_another(tmp_path: Path) -> None:
    assert next_recording(tmp_path) == tmp_path / "bag"
    for name in ("bag", "bag_2", "bag_10", "bag_9", "baggage", "bag_old"):
        (tmp_path / name).mkdir()
    assert [path.name for path in recordings(tmp_path)] == ["bag", "bag_2", "bag_9", "bag_10"]
    assert next_recording(tmp_path) == tmp_path / "bag_11"
