"""``exo render``: a video of a recorded trial."""

import argparse
from pathlib import Path
from typing import Any

from exo import trial_folder
from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo render``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "render",
        help="make a video of a recorded trial: the walking person, muscles, torques",
        description="Make a video of a recorded trial: the person with muscles coloured by activation, the torque of "
        "the device as arrows around the hips, ground reactions, and traces over time.",
    )
    parser.add_argument("trial", type=Path, help="trial folder")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="video ending in .gif or .mp4 (default: walk.gif in the folder)"
    )
    parser.add_argument(
        "--from", type=float, default=0.0, dest="from_s", metavar="S", help="where to begin, s (default: %(default)g)"
    )
    parser.add_argument("--seconds", type=float, help="length of the part to show (default: to the end)")
    parser.add_argument("--width", type=int, default=960, help="of the picture, pixels (default: %(default)s)")
    parser.add_argument("--fps", type=float, default=25.0, help="pictures per second (default: %(default)g)")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Draw and write the video."""
    from tqdm import tqdm

    from exo.video_file import GIF, check_output, gif_frames_per_s, write_video
    from exo.walk_film import Film, palette

    output: Path = args.output or args.trial / trial_folder.VIDEO
    for option, value, least, most in (("--width", args.width, 160, 3840), ("--fps", args.fps, 1.0, 100.0)):
        if not least <= value <= most:
            raise ConfigError(f"{option} {value:g}: needs a number from {least:g} to {most:g}")
    if args.width % 2:
        raise ConfigError(f"--width {args.width}: needs an even number")
    if args.output is not None:
        check_output(output)
    trajectory, model, title = load_part(args.trial, args.from_s, args.seconds)
    frames_per_s = gif_frames_per_s(args.fps) if output.suffix.lower() == GIF else args.fps
    film = Film(trajectory, model, title, args.width, frames_per_s)
    frames = len(film.states)
    with tqdm(total=frames, unit="picture", disable=None) as bar:

        def counted() -> Any:
            for picture in film.pictures():
                yield picture
                bar.update()

        write_video(output, counted(), frames_per_s, palette())
    size = output.stat().st_size
    if args.json:
        print_json({"output": str(output), "bytes": size, "frames": frames, "seconds": trajectory.seconds})
    else:
        print(f"{output}: {trajectory.seconds:.2f} s, {frames} pictures, {size / 1e6:.2f} MB")
    return 0


def load_part(trial: Path, from_s: float, seconds: float | None) -> tuple[Any, Any, str]:
    """Return trajectory, human model and title of a part of a recorded trial.

    Raises:
        ConfigError: no recording, no person in it, or the part is not in it.
    """
    from exo.trajectory import from_recording
    from exo.trial_figures import human_model
    from exo.trial_recording import load_recording

    recording = load_recording(trial / trial_folder.BAG)
    model = human_model(recording)
    if model is None or len(recording.stamps_ns) < 2:
        raise ConfigError(f"{trial}: nothing to draw: the recording does not show the person (no topics human/*)")
    trajectory = from_recording(recording)
    if not 0.0 <= from_s < trajectory.seconds:
        raise ConfigError(f"--from {from_s:g}: needs a time from 0 to {trajectory.seconds:g} s, the end of the trial")
    rest = trajectory.seconds - from_s
    if seconds is not None and not 0.0 < seconds <= rest + 1e-9:
        raise ConfigError(f"--seconds {seconds:g}: needs a length above 0, up to {rest:g} s, where the trial ends")
    parameters = recording.parameters
    gait = Path(parameters["gait"]).stem
    title = f"policy {Path(parameters['policy']).stem}, gait {gait}"
    return trajectory.part(from_s, rest if seconds is None else seconds), model, title
