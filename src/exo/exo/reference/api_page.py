"""The page of a package's public classes and functions, from its docstrings, without importing it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from exo.reference.markdown import from_docstring

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def page(folder: Path) -> str:
    """Return the page of a package's folder."""
    package = ast.parse((folder / "__init__.py").read_text())
    parts = [f"# {folder.name}\n\n{from_docstring(ast.get_docstring(package) or '')}\n"]
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(file.read_text())
        docstring = ast.get_docstring(tree)
        if docstring and file.stem != "__init__":
            name = ".".join(file.relative_to(folder.parent).with_suffix("").parts)
            parts += [f"\n## {name}\n\n{from_docstring(docstring)}\n", *map(_described, _public(tree))]
    return "".join(parts)


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Yield the public definitions with a docstring."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_") and ast.get_docstring(node):
            yield node


def _described(node: Definition) -> str:
    text = f"\n### {node.name}\n\n```python\n{_signature(node)}\n```\n\n{_docstring(node)}\n"
    if isinstance(node, ast.ClassDef):
        methods = (child for child in _public(node) if not isinstance(child, ast.ClassDef))
        text += "".join(f"\n**`{_signature(method)}`**\n\n{_docstring(method)}\n" for method in methods)
    return text


def _docstring(node: Definition) -> str:
    return from_docstring(ast.get_docstring(node) or "")


def _signature(node: Definition) -> str:
    if not isinstance(node, ast.ClassDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return f"{node.name}({_arguments(node)}){returns}"
    init = next((child for child in node.body if isinstance(child, ast.FunctionDef) and child.name == "__init__"), None)
    if init is not None:
        return f"class {node.name}({_arguments(init)})"
    bases = ", ".join(map(ast.unparse, node.bases))
    return f"class {node.name}({bases})" if bases else f"class {node.name}"


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return ast.unparse(node.args).removeprefix("self").removeprefix(", ")
