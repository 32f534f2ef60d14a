"""Installed packages and what is in them."""

import os
from difflib import get_close_matches
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_prefix, get_packages_with_prefixes

from ros2_subset.errors import CommandError


def package_prefix(package: str) -> Path:
    """Return the install prefix of a package.

    Raises:
        CommandError: if it is not found.
    """
    try:
        return Path(get_package_prefix(package))
    except (PackageNotFoundError, OSError, ValueError):
        searched = os.environ.get("AMENT_PREFIX_PATH")
        if not searched:
            raise CommandError(
                f"package '{package}' not found: AMENT_PREFIX_PATH is not set; load the environment of the workspace"
            ) from None
        raise CommandError(
            f"package '{package}' not found{suggestion(package, get_packages_with_prefixes())}; "
            f"searched AMENT_PREFIX_PATH: {searched}"
        ) from None


def find_launch_file(package: str, file_name: str) -> Path:
    """Return the launch file of that name in the share folder of a package.

    Raises:
        CommandError: if there is none, or more than one.
    """
    share = package_prefix(package) / "share" / package
    files = [Path(root, name) for root, _, names in os.walk(share, followlinks=True) for name in names]
    matches = [path for path in files if path.name == file_name]
    if not matches:
        known = [path.name for path in files if path.name.endswith("launch.py")]
        raise CommandError(
            f"launch file '{file_name}' not found in package '{package}'{suggestion(file_name, known)}; "
            f"searched '{share}', which has: {', '.join(sorted(known)) or 'no launch files'}"
        )
    if len(matches) > 1:
        raise CommandError(
            f"launch file '{file_name}' found more than once in package '{package}': {', '.join(map(str, matches))}"
        )
    return matches[0]


def find_executable(package: str, name: str) -> Path:
    """Return an executable of a package.

    Raises:
        CommandError: if there is none of that name.
    """
    folder = package_prefix(package) / "lib" / package
    files = [Path(root, file) for root, _, names in os.walk(folder) for file in names]
    executables = [path for path in files if os.access(path, os.X_OK)]
    matches = [path for path in executables if path.name == name]
    if not matches:
        known = sorted(path.name for path in executables)
        raise CommandError(
            f"executable '{name}' not found in package '{package}'{suggestion(name, known)}; "
            f"searched '{folder}', which has: {', '.join(known) or 'no executables'}"
        )
    if len(matches) > 1:
        raise CommandError(
            f"executable '{name}' found more than once in package '{package}': {', '.join(map(str, matches))}"
        )
    return matches[0]


def suggestion(name: str, known: object) -> str:
    """Return ``, did you mean 'x'?`` for the known name that is nearest, or nothing."""
    nearest = get_close_matches(name, list(known), n=1)  # type: ignore[call-overload]
    return f", did you mean '{nearest[0]}'?" if nearest else ""
