"""Folders and executables of packages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch.frontend.parse_substitution import register_substitution
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.substitutions import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


def find_package_prefix(package: str) -> str:
    """Return the install prefix of a package.

    Raises:
        SubstitutionFailure: if it is not found.
    """
    searched = os.environ.get("AMENT_PREFIX_PATH", "")
    try:
        return get_package_prefix(package)
    except (PackageNotFoundError, OSError, ValueError) as error:  # OSError: the variable is not set at all
        raise SubstitutionFailure(
            f"package '{package}' not found, searched AMENT_PREFIX_PATH: {searched or '(not set)'}; "
            "is the workspace built and its environment loaded?"
        ) from error


class FindPackage(Substitution):
    """A folder of a package."""

    def __init__(self, package: SomeSubstitutionsType) -> None:
        self.__package = normalize_to_list_of_substitutions(package)

    @property
    def package(self) -> list[Substitution]:
        """Name of the package."""
        return self.__package

    def describe(self) -> str:
        """Return the class and the package."""
        return f"{type(self).__name__}(pkg={' + '.join(sub.describe() for sub in self.package)})"

    def find(self, package_name: str) -> str:
        """Return the folder."""
        raise NotImplementedError

    def perform(self, context: LaunchContext) -> str:
        """Return the folder."""
        return self.find(perform_substitutions(context, self.package))

    def __truediv__(self, additional_path: SomeSubstitutionsType) -> Substitution:
        """Return the path of something in the folder."""
        from launch.substitutions import PathJoinSubstitution

        return PathJoinSubstitution([self, additional_path])


class FindPackagePrefix(FindPackage):
    """Install prefix of a package."""

    def find(self, package_name: str) -> str:
        """Return the folder."""
        return find_package_prefix(package_name)


class FindPackageShare(FindPackage):
    """Share folder of a package."""

    def find(self, package_name: str) -> str:
        """Return the folder."""
        return os.path.join(find_package_prefix(package_name), "share", package_name)


class ExecutableInPackage(FindPackagePrefix):
    """An executable of a package, in its ``lib`` folder."""

    def __init__(self, executable: SomeSubstitutionsType, package: SomeSubstitutionsType) -> None:
        super().__init__(package)
        self.__executable = normalize_to_list_of_substitutions(executable)

    @property
    def executable(self) -> list[Substitution]:
        """Name of the executable."""
        return self.__executable

    def describe(self) -> str:
        """Return the package and the executable."""
        package = " + ".join(sub.describe() for sub in self.package)
        executable = " + ".join(sub.describe() for sub in self.executable)
        return f"ExecInPkg(pkg={package}, exec={executable})"

    def perform(self, context: LaunchContext) -> str:
        """Return the path of the executable."""
        package = perform_substitutions(context, self.package)
        executable = perform_substitutions(context, self.executable)
        folder = Path(find_package_prefix(package)) / "lib" / package
        path = folder / executable
        if not (path.is_file() and os.access(path, os.X_OK)):
            present = sorted(entry.name for entry in folder.glob("*") if os.access(entry, os.X_OK))
            raise SubstitutionFailure(
                f"executable '{executable}' of package '{package}' not found, searched '{folder}', "
                f"which has: {', '.join(present) or 'none'}"
            )
        return str(path)


register_substitution("find-pkg-prefix", FindPackagePrefix)
register_substitution("find-pkg-share", FindPackageShare)
register_substitution("exec-in-pkg", ExecutableInPackage)
