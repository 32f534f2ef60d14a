from setuptools import find_packages, setup

PACKAGE = "exo_sim"

setup(
    name=PACKAGE,
    version="0.1.0",
    packages=find_packages(include=[PACKAGE, f"{PACKAGE}.*"]),
    package_data={PACKAGE: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="exo maintainers",
    maintainer_email="maintainers@exo-stack.org",
    description="Predictive neuromuscular simulation of human walking",
    license="Apache-2.0",
)
