"""``exo soak``: a long trial with emulated drives; no deadline missed, nothing lost, no memory kept."""

import argparse
import json
import signal
import subprocess
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from exo import trial_folder
from exo.json_output import add_json_option, print_json, to_plain
from exo_control.errors import ConfigError

if TYPE_CHECKING:
    from exo.stall_probe import StallProbe

SHORTEST_S, LONGEST_S = 10.0, 36000.0
MEMORY_SAMPLES = 360
SHORTEST_PERIOD_S = 0.5
MOST_PRIORITY = 98
"""Leaves one above it for the probe."""
OWN_ARGUMENTS = ("emulate", "duration", "record", "trial_dir")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo soak``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "soak",
        help="a long trial with emulated drives and recorder: deadlines, lost messages, memory",
        description="Run hardware.launch.py with emulated drives and look for missed deadlines that the machine does "
        "not explain, messages missing in the recording, and processes that grow. Exit code 1 if there are any.",
    )
    parser.add_argument("--seconds", type=float, default=3600.0, help="length, s (default: %(default)g)")
    parser.add_argument("--trial-dir", type=Path, help="trial folder (default: trials/<date-time>-soak)")
    parser.add_argument(
        "launch_arguments",
        nargs="*",
        metavar="NAME:=VALUE",
        help="further arguments of hardware.launch.py, such as policy:=lstm_8nm",
    )
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the trial, then write soak.json and soak.png into its folder."""
    from exo.soak_figures import soak_figures
    from exo.soak_plot import plot_soak
    from exo.trial_recording import load_recording

    if not SHORTEST_S <= args.seconds <= LONGEST_S:
        raise ConfigError(f"--seconds {args.seconds:g}: needs a number from {SHORTEST_S:g} to {LONGEST_S:g}")
    arguments: dict[str, str] = {}
    for word in args.launch_arguments:
        name, separator, arguments[name] = word.partition(":=")
        if not separator or name in OWN_ARGUMENTS:
            raise ConfigError(f"'{word}': needs NAME:=VALUE; {', '.join(OWN_ARGUMENTS)} are set by exo soak")
    folder: Path = args.trial_dir or Path("trials") / time.strftime("%Y-%m-%d-%H%M%S-soak")
    if folder.exists():
        raise ConfigError(f"--trial-dir {folder}: is there already; name a new folder")
    command = ["ros2", "launch", "exo", "hardware.launch.py", "emulate:=true", f"duration:={args.seconds:g}"]
    probe = _probe_above(arguments.get("realtime_priority", "0"))
    try:
        code, memory = _watch([*command, f"trial_dir:={folder}", *args.launch_arguments], args.seconds)
    finally:
        probe.stop()
    recording = load_recording(folder / trial_folder.BAG)
    if not len(recording.applied_torque.stamp_ns):
        raise ConfigError(f"{folder}: the drives were never enabled; the output above says why")
    figures = {
        "command": " ".join(["exo soak", f"--seconds {args.seconds:g}", *args.launch_arguments]),
        "git_sha": recording.custom_data.get("git_sha"),
        **soak_figures(recording, memory, probe.stalls),
    }
    if code != 0:
        figures["problems"].append(f"the launch ended with exit code {code}")
    (folder / "soak.json").write_text(json.dumps(to_plain(figures), indent=2, allow_nan=False) + "\n")
    plot_soak(recording, memory, probe.stalls, folder / "soak.png")
    if args.json:
        print_json(figures)
    else:
        print(_table(figures))
        print(f"\n{folder.absolute()}: soak.json, soak.png")
    return 1 if figures["problems"] else 0


def _probe_above(priority: str) -> "StallProbe":
    """Return a probe that the nodes of the launch, at this real-time priority, cannot keep waiting."""
    from exo.stall_probe import StallProbe

    if not priority.isdigit() or int(priority) > MOST_PRIORITY:
        raise ConfigError(f"realtime_priority:={priority}: needs a whole number from 0 to {MOST_PRIORITY}")
    try:
        return StallProbe(int(priority) + 1 if int(priority) else 0)
    except PermissionError:
        raise ConfigError(f"realtime_priority:={priority}: not permitted; exo doctor says how to allow it") from None


def _watch(command: list[str], seconds: float) -> tuple[int, list[tuple[float, dict[str, float]]]]:
    """Run the launch, sampling its memory, and return its exit code; SIGINT and SIGTERM end it early, in order."""
    from tqdm import tqdm

    from exo.process_memory import LaunchMemory

    try:
        # In a session of its own, so that Ctrl-C reaches it once, from here.
        launch = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise ConfigError(f"cannot run {command[0]}: {error.strerror}; source env.sh first") from None

    def stop(number: int, frame: FrameType | None) -> None:
        launch.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    processes = LaunchMemory(launch.pid)
    samples: list[tuple[float, dict[str, float]]] = []
    period_s = max(seconds / MEMORY_SAMPLES, SHORTEST_PERIOD_S)
    begin_s = time.monotonic()
    with tqdm(total=round(seconds), unit="s", disable=None) as bar:
        while (code := launch.poll()) is None:
            time.sleep(period_s)
            now_s = time.monotonic() - begin_s
            memory = processes.read_mib()
            if "hardware" in memory:
                samples.append((now_s, memory))
            bar.update(min(round(now_s), bar.total) - bar.n)
    return code, samples


def _table(figures: dict[str, Any]) -> str:
    latency, stalls, frames = figures["command_latency_ms"], figures["machine_stalls"], figures["can_frames"]
    longest_ms = max((stall["ms"] for stall in stalls["longest"]), default=0.0)
    lost, missed = figures["lost_messages"], figures["missed_deadlines"]
    rows = [
        ("length", f"{figures['seconds']:.0f} s, {figures['states']} states"),
        ("faults", ", ".join(figures["faults"]) or "none"),
        ("missed deadlines", f"{missed}, {figures['missed_deadlines_explained']} of them with a stall"),
        (
            "stalls",
            f"{stalls['count']} above {stalls['longer_than_ms']:g} ms, longest {longest_ms:.1f} ms; "
            f"{stalls['near_share']:.1%} of the time is near one",
        ),
        ("encoder to command", ", ".join(f"{key} {value:.2f}" for key, value in latency.items()) + " ms"),
        ("messages lost", f"{sum(lost.values())} of {len(lost)} topics"),
        ("CAN frames", f"{frames['frames_received']} received, {frames['frames_refused']} refused"),
    ]
    lines = [f"{label:20}{text}" for label, text in rows]
    for name, memory in figures["memory_mib"].items():
        lines.append(f"{'memory of ' + name:26}{memory['first_quarter']:6.1f} MiB, then {memory['growth']:+.2f}")
    lines += [f"PROBLEM: {problem}" for problem in figures["problems"]]
    return "\n".join(lines)
