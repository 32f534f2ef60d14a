from setuptools import find_namespace_packages, setup

package_name = "ros2_subset"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_namespace_packages(include=[package_name, package_name + ".*"]),
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
    description="Compatible subset of ros2 launch, run, topic and bag for machines without a ROS distribution.",
    license="Apache-2.0",
    entry_points={"console_scripts": ["ros2 = ros2_subset.main:main"]},
)
