"""The page of the topics and services, from the tables in ``exo_nodes.topics`` and ``exo_nodes.controller_topics``."""

import re
from dataclasses import dataclass

from exo.reference.markdown import code, table
from exo_nodes import controller_topics, topics

SERVICE_TYPE = "std_srvs/Trigger"
SERVED_BY = ("device, simulated or real", "trial node", "simulated person")
"""Whose services the tables are about, in their order."""


@dataclass(frozen=True)
class Topic:
    """A topic, relative to the namespace unless it begins with a slash."""

    name: str
    message_type: str
    content: str


def table_rows(docstring: str) -> list[list[list[str]]]:
    """Return the rows of each simple table in a docstring, without its heading.

    A line whose first cell is empty goes on with the row before.
    """
    tables = [paragraph for paragraph in docstring.split("\n\n") if paragraph.startswith("===")]
    rules = [table.splitlines()[0] for table in tables]
    return [_rows(rule, table.split(rule)[-2]) for rule, table in zip(rules, tables, strict=True)]


def _rows(rule: str, body: str) -> list[list[str]]:
    starts = [found.start() for found in re.finditer("=+", rule)]
    rows: list[list[str]] = []
    for line in filter(None, body.splitlines()):
        cells = [line[begin:end].strip() for begin, end in zip(starts, [*starts[1:], None], strict=True)]
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [f"{old} {new}".strip() for old, new in zip(rows[-1], cells, strict=True)]
    return rows


def described_topics() -> list[Topic]:
    """Return the topics of all nodes."""
    rows = [row for module in (topics, controller_topics) for row in table_rows(module.__doc__ or "")[0]]
    return [Topic(name, kind, content.replace("``", "`")) for names, kind, content in rows for name in _split(names)]


def _split(names: str) -> list[str]:
    """Return ["a/b", "a/c"] for "a/b, c"."""
    first, *others = names.split(", ")
    return [first, *(f"{first.rpartition('/')[0]}/{other}" for other in others)]


def described_services() -> dict[str, list[tuple[str, str]]]:
    """Return the services by whose they are, each with what it does."""
    tables = table_rows(topics.__doc__ or "")[1:]
    return {
        served_by: [(name, content.replace("``", "`")) for name, content in rows]
        for served_by, rows in zip(SERVED_BY, tables, strict=True)
    }


def page() -> str:
    """Return the page."""
    topic_rows = [(code(topic.name), code(topic.message_type), topic.content) for topic in described_topics()]
    text = (
        "# Topics and services\n\n"
        "Names are relative: `namespace:=NAME` moves the whole stack; those that begin with a slash stay. Angles in "
        "rad, velocities in rad/s, torques in Nm, flexion positive; joints are matched by name. Made from "
        "`exo_nodes/topics.py`.\n\n" + table(("topic", "type", "content"), topic_rows)
    )
    for served_by, services in described_services().items():
        rows = [(code(name), content) for name, content in services]
        text += f"\n## Services of the {served_by}\n\nAll are `{SERVICE_TYPE}`.\n\n"
        text += table(("service", "what it does"), rows)
    return text
