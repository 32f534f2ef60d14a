"""Writes pictures into a GIF (Pillow) or an MP4 (ffmpeg, from the extra requirements/video.txt)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

from exo_control.errors import ConfigError

GIF, MP4 = ".gif", ".mp4"

NEEDS_FFMPEG = (
    "an MP4 needs imageio-ffmpeg: `.venv/bin/python -m pip install -r requirements/video.txt`; "
    "or name a file ending in .gif"
)


def check_output(path: Path) -> None:
    """Check that a video of this name can be written.

    Raises:
        ConfigError: the ending, the folder or a library is missing.
    """
    if path.suffix.lower() not in (GIF, MP4):
        raise ConfigError(f"--output {path}: needs a name ending in {GIF} or {MP4}")
    if not path.absolute().parent.is_dir():
        raise ConfigError(f"--output {path}: there is no folder {path.absolute().parent}")
    if path.suffix.lower() == MP4:
        try:
            import imageio_ffmpeg  # noqa: F401
        except ImportError:
            raise ConfigError(f"--output {path}: {NEEDS_FFMPEG}") from None


def gif_frames_per_s(wanted: float) -> float:
    """Return the nearest rate that a GIF can have: its pictures last whole hundredths of a second, two at least."""
    return 100.0 / max(round(100.0 / wanted), 2)


def write_video(
    path: Path, pictures: Iterable[Image.Image], frames_per_s: float, colours: Sequence[tuple[int, int, int]]
) -> None:
    """Write a video; a GIF repeats for ever, and has these colours only, at most 256.

    Raises:
        ConfigError: the file cannot be written.
    """
    part = path.with_name(f".{path.stem}.part{path.suffix}")  # so that an interruption leaves no half video
    try:
        if path.suffix.lower() == GIF:
            _write_gif(part, pictures, frames_per_s, colours)
        else:
            _write_mp4(part, pictures, frames_per_s)
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot write the video: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def _write_gif(
    path: Path, pictures: Iterable[Image.Image], frames_per_s: float, colours: Sequence[tuple[int, int, int]]
) -> None:
    # One palette for all, without dithering: what stands still is the same in each picture, and costs nothing.
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours for value in colour])
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    milliseconds = round(1000.0 / frames_per_s)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=milliseconds, loop=0, optimize=True)


def _write_mp4(path: Path, pictures: Iterable[Image.Image], frames_per_s: float) -> None:
    import imageio_ffmpeg

    writer = None
    try:
        for picture in pictures:
            if writer is None:
                writer = imageio_ffmpeg.write_frames(
                    str(path), picture.size, fps=frames_per_s, codec="libx264", quality=8, macro_block_size=2
                )
                writer.send(None)
            writer.send(picture.tobytes())
    finally:
        if writer is not None:
            writer.close()
