"""All pages of the reference."""

from pathlib import Path

from exo.reference import api_page, commands_page, launch_page, parameters_page, topics_page


def reference_pages(top: Path) -> dict[str, str]:
    """Return the pages by their path below the folder of the documents.

    Args:
        top: of the checkout.
    """
    packages = sorted(file.parent / file.parent.name for file in (top / "src").glob("exo*/package.xml"))
    return {
        "reference/topics.md": topics_page.page(),
        "reference/parameters.md": parameters_page.page(),
        "reference/launch-files.md": launch_page.page(top / "launch"),
        "reference/commands.md": commands_page.page(),
        **{f"reference/api/{folder.name}.md": api_page.page(folder) for folder in packages if folder.is_dir()},
    }
