"""The learning curve: a CSV file, and TensorBoard beside it where it is installed."""

import csv
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from exo_learning.errors import TrainingError

FILE_NAME = "learning_curve.csv"


class LearningCurve:
    """One row per buffer. The columns are those of the first row; a value that a row lacks stays empty."""

    def __init__(self, folder: Path, columns: tuple[str, ...], finished: int) -> None:
        """Open the curve of a run folder.

        Args:
            folder: the run folder.
            columns: names of the columns; the first is the number of the buffer.
            finished: rows of this many buffers are kept, later ones dropped: their buffers will come again.

        Raises:
            TrainingError: the file cannot be written; the one before is whole.
        """
        self._path = folder / FILE_NAME
        self._columns = columns
        rows = read_curve(folder)[:finished] if finished else []
        self._rewrite([dict(zip(columns, columns, strict=True)), *rows])
        self._board: Any = _tensorboard(folder / "tensorboard", finished)

    def add(self, row: dict[str, float]) -> None:
        """Append a buffer.

        Raises:
            TrainingError: the file cannot be written.
        """
        try:
            self._write(self._path, "a", [row])
            if self._board is not None:
                for name, value in row.items():
                    self._board.add_scalar(name.replace("eval_", "eval/"), value, int(row[self._columns[0]]))
        except OSError as error:
            raise self._unwritable(error) from None

    def _rewrite(self, rows: list[dict[str, Any]]) -> None:
        """Write the whole file or leave it as it is: a full disk shall not cost the curve so far."""
        new = self._path.with_name(f".{self._path.name}.new")
        try:
            self._write(new, "w", rows)
            os.replace(new, self._path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise self._unwritable(error) from None

    def _write(self, path: Path, mode: str, rows: list[dict[str, Any]]) -> None:
        with path.open(mode, newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self._columns, lineterminator="\n").writerows(rows)
            file.flush()
            os.fsync(file.fileno())

    def _unwritable(self, error: OSError) -> TrainingError:
        return TrainingError(f"{self._path}: cannot write the learning curve: {error.strerror}")

    def close(self) -> None:
        """Write out what TensorBoard still holds; on a full disk that is lost, and the CSV file has it all."""
        if self._board is not None:
            with suppress(OSError):
                self._board.close()


def read_curve(folder: Path) -> list[dict[str, str]]:
    """Return the rows of a run folder's curve, oldest first; empty without a file."""
    path = folder / FILE_NAME
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _tensorboard(folder: Path, finished: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder), purge_step=finished + 1)
