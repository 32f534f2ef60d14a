"""Log of a launch: the screen, and ``launch.log`` in a folder of its own below ``~/.ros/log``."""

from __future__ import annotations

import datetime
import logging
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["get_logger", "get_output_loggers", "launch_config", "log_launch_config"]

_SCREEN_FORMAT = "[{levelname}] [{name}]: {message}"
_FILE_FORMAT = "{created:.7f} [{levelname}] [{name}]: {message}"


class _Screen(logging.StreamHandler):
    """Writes to whatever standard output is at that time."""

    def __init__(self, fmt: str) -> None:
        super().__init__(sys.stdout)
        self.setFormatter(logging.Formatter(fmt, style="{"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; a closed pipe on the other side (``ros2 launch | head``) is no error of ours."""
        self.stream = sys.stdout
        try:
            self.stream.write(self.format(record) + "\n")
            self.stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
        except UnicodeEncodeError:
            self.stream.write(self.format(record).encode("ascii", "replace").decode() + "\n")


class LaunchConfig:
    """Where and how much a launch logs."""

    def __init__(self) -> None:
        self._log_dir: str | None = None
        self.level = logging.INFO

    @property
    def log_dir(self) -> str:
        """Folder of the log files, made at first use: ``$ROS_LOG_DIR``, else ``$ROS_HOME/log``, else ``~/.ros/log``."""
        if self._log_dir is None:
            base = os.environ.get("ROS_LOG_DIR") or os.path.join(os.environ.get("ROS_HOME") or "~/.ros", "log")
            stamp = datetime.datetime.now().strftime("%Y-%m-%d-%H-%M-%S-%f")
            path = Path(base).expanduser() / f"{stamp}-{socket.gethostname()}-{os.getpid()}"
            path.mkdir(parents=True, exist_ok=True)
            self._log_dir = str(path)
            self.__point_latest_at(path)
        return self._log_dir

    @log_dir.setter
    def log_dir(self, new_log_dir: str | None) -> None:
        if new_log_dir is not None and not os.path.isdir(new_log_dir):
            raise ValueError(f"{new_log_dir} is not a directory")
        self._log_dir = new_log_dir

    @staticmethod
    def __point_latest_at(path: Path) -> None:
        latest = path.parent / "latest"
        fresh = path.parent / f".latest-{os.getpid()}"
        try:
            fresh.symlink_to(path)
            fresh.replace(latest)  # in one step: launches that start together do not disturb each other
        except OSError:
            fresh.unlink(missing_ok=True)  # "latest" is a convenience; a folder of that name may be in the way

    def get_log_file_path(self, file_name: str = "launch.log") -> str:
        """Return the path of a log file."""
        return os.path.join(self.log_dir, file_name)


launch_config = LaunchConfig()

_handlers: dict[str, logging.Handler] = {}


def _screen(fmt: str) -> logging.Handler:
    return _handlers.setdefault("screen " + fmt, _Screen(fmt))


def _log_file(file_name: str, fmt: str) -> logging.Handler:
    key = f"{file_name} {fmt}"
    if key not in _handlers:
        path = launch_config.get_log_file_path(file_name)
        handler = logging.FileHandler(path, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter(fmt, style="{"))
        _handlers[key] = handler
    return _handlers[key]


def _make_logger(name: str, handlers: list[logging.Handler]) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.propagate = False
    logger.setLevel(launch_config.level)
    for handler in handlers:
        if handler not in logger.handlers:
            logger.addHandler(handler)
    return logger


def get_logger(name: str | None = None) -> logging.Logger:
    """Return a logger that writes to the screen and to ``launch.log``."""
    return _make_logger(name or "launch", [_screen(_SCREEN_FORMAT), _log_file("launch.log", _FILE_FORMAT)])


def log_launch_config(*, logger: logging.Logger) -> None:
    """Log where the log files are and the log level."""
    logger.info(f"All log files can be found below {launch_config.log_dir}")
    logger.info(f"Default logging verbosity is set to {logging.getLevelName(launch_config.level)}")


_ALIASES: Mapping[str, Mapping[str, set[str]]] = {
    "screen": {"both": {"screen"}},
    "log": {"both": {"log"}, "stderr": {"screen"}},
    "both": {"both": {"screen", "log"}},
    "own_log": {"both": {"own_log"}, "stdout": {"own_log"}, "stderr": {"own_log"}},
    "full": {"both": {"screen", "log", "own_log"}, "stdout": {"own_log"}, "stderr": {"own_log"}},
}


def _normalize_output(config: Any) -> Mapping[str, set[str]]:
    if isinstance(config, str):
        if config not in _ALIASES:
            raise ValueError(f"'{config}' is not a valid output configuration; expected one of {', '.join(_ALIASES)}")
        return _ALIASES[config]
    normalized: dict[str, set[str]] = {}
    for source, destinations in dict(config).items():
        wanted = {destinations} if isinstance(destinations, str) else set(destinations)
        if source not in ("stdout", "stderr", "both") or not wanted <= {"screen", "log", "own_log"}:
            raise ValueError(
                f"'{source}: {destinations}' is not a valid output configuration; expected stdout, stderr or both "
                "to go to screen, log or own_log"
            )
        normalized[source] = wanted
    return normalized


def get_output_loggers(process_name: str, output_config: Any) -> tuple[logging.Logger, logging.Logger]:
    """Return the loggers for standard output and error of a process.

    ``output_config`` is screen, log, both, own_log or full, or a dict that maps stdout, stderr and both to screen, log
    and own_log.

    Raises:
        ValueError: if it is none of these.
    """
    config = _normalize_output(output_config)
    loggers = []
    for source in ("stdout", "stderr"):
        destinations = config.get("both", set()) | config.get(source, set())
        handlers: list[logging.Handler] = []
        if "screen" in destinations:
            handlers.append(_screen("{message}"))
        if "log" in destinations:
            handlers.append(_log_file("launch.log", "{created:.7f} {message}"))
        if "own_log" in config.get(source, set()):
            handlers.append(_log_file(f"{process_name}-{source}.log", "{message}"))
        if "own_log" in config.get("both", set()):
            handlers.append(_log_file(f"{process_name}.log", "{message}"))
        loggers.append(_make_logger(f"{process_name}-{source}", handlers or [logging.NullHandler()]))
    return loggers[0], loggers[1]
