from setuptools import find_packages, setup

package_name = "exo_nodes"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(),
    package_data={package_name: ["py.typed", "view/page/*"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/" + package_name]),
        ("share/" + package_name, ["package.xml"]),
    ],
    python_requires=">=3.10",
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="exo maintainers",
    maintainer_email="maintainers@exo-stack.org",
    description="ROS 2 nodes of the hip exoskeleton.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "emulator_node = exo_nodes.start:emulator_node",
            "estop_node = exo_nodes.start:estop_node",
            "hardware_node = exo_nodes.start:hardware_node",
            "controller_bridge = exo_nodes.start:controller_bridge",
            "marker_node = exo_nodes.start:marker_node",
            "policy_node = exo_nodes.start:policy_node",
            "simulation_node = exo_nodes.start:simulation_node",
            "trial_node = exo_nodes.start:trial_node",
            "trainer_node = exo_nodes.start:trainer_node",
            "view_node = exo_nodes.start:view_node",
        ]
    },
)
