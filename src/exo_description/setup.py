from glob import glob

from setuptools import setup

package_name = "exo_description"

setup(
    name=package_name,
    version="0.1.0",
    packages=[],
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/" + package_name]),
        ("share/" + package_name, ["package.xml"]),
        ("share/" + package_name + "/urdf", sorted(glob("urdf/*.xacro"))),
    ],
    python_requires=">=3.10",
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="exo maintainers",
    maintainer_email="maintainers@exo-stack.org",
    description="Robot description of the hip exoskeleton and its wearer.",
    license="Apache-2.0",
)
