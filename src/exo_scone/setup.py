from setuptools import find_packages, setup

package_name = "exo_scone"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(),
    package_data={package_name: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/" + package_name]),
        ("share/" + package_name, ["package.xml"]),
    ],
    python_requires=">=3.10",
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="exo maintainers",
    maintainer_email="maintainers@exo-stack.org",
    description="The simulated human in SCONE, without ROS.",
    license="Apache-2.0",
)
