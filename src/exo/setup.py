import os
from pathlib import Path

from setuptools import find_packages, setup

package_name = "exo"

# launch/ and config/ lie at the top of the repository, where users look for them. `resolve` follows the
# link that `colcon build --symlink-install` makes to this file.
REPOSITORY = Path(__file__).resolve().parents[2]


def shared_files(folder: str) -> list[tuple[str, list[str]]]:
    """Return setuptools data_files that install a top-level folder, as a tree, into share/exo."""
    by_folder: dict[str, list[str]] = {}
    for file in sorted((REPOSITORY / folder).rglob("*")):
        hidden = any(part.startswith((".", "__pycache__")) for part in file.relative_to(REPOSITORY).parts)
        if file.is_file() and not hidden:
            target = Path("share", package_name, file.relative_to(REPOSITORY).parent)
            # setuptools wants paths relative to the folder that it runs in
            by_folder.setdefault(str(target), []).append(os.path.relpath(file))
    return list(by_folder.items())


setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(),
    package_data={package_name: ["py.typed", "report/templates/*.j2"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/" + package_name]),
        ("share/" + package_name, ["package.xml"]),
        *shared_files("launch"),
        *shared_files("config"),
    ],
    python_requires=">=3.10",
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="exo maintainers",
    maintainer_email="maintainers@exo-stack.org",
    description="Launch files, configuration and the exo command line.",
    license="Apache-2.0",
    entry_points={"console_scripts": ["exo = exo.cli:main"]},
)
