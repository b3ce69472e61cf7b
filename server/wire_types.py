"""Write `web/src/api/types.gen.ts` from the Python models that cross the wire.

`python -m server.wire_types PATH` writes the file; with `--check` it only compares and
exits 1 when the file is out of date. The sources are the commands, the events, the
state and the HTTP bodies; each class becomes an interface, each alias a type.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel

from server.domain import commands, events, state
from server.http import wire

MODULES = (events, state, commands, wire)
ALIASES: dict[str, object] = {
    "Role": events.Role,
    "Status": events.Status,
    "Source": events.Source,
    # `Event` alone would hide the type of the DOM.
    "SessionEvent": events.Event,
    "Command": commands.Command,
    "Locale": wire.Locale,
    "AccountRole": wire.AccountRole,
}
HEADER = """\
// Made by `make types` from server/domain and server/http/wire.py. Never edit.
"""
SCALARS: dict[object, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    object: "unknown",
    type(None): "null",
    None: "null",
}


def classes_of(module: ModuleType) -> Iterator[type]:
    """Public models and dataclasses the module defines, in the order of the file."""
    for value in vars(module).values():
        if not isinstance(value, type) or value.__module__ != module.__name__:
            continue
        is_model = issubclass(value, BaseModel) or dataclasses.is_dataclass(value)
        if is_model and not value.__name__.startswith("_"):
            yield value


def to_typescript(annotation: object) -> str:
    """A Python annotation as TypeScript. TypeError when it has no counterpart."""
    if annotation in SCALARS:
        return SCALARS[annotation]
    for name, alias in ALIASES.items():
        if annotation == alias:
            return name
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return annotation.__name__
    return _generic_to_typescript(annotation)


def _generic_to_typescript(annotation: object) -> str:
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return to_typescript(args[0])
    if origin is typing.Literal:
        return " | ".join(f'"{value}"' for value in args)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(dict.fromkeys(to_typescript(arg) for arg in args))
    if origin is list:
        item = to_typescript(args[0])
        return f"({item})[]" if " | " in item else f"{item}[]"
    if origin is dict:
        return f"Record<string, {to_typescript(args[1])}>"
    raise TypeError(f"no TypeScript counterpart for {annotation!r}")


def is_sent_by_browser(cls: type) -> bool:
    """Whether fields with a default may be left out: only in what the browser sends."""
    return (
        cls.__module__ == commands.__name__
        or cls.__name__.endswith("Request")
        or cls is wire.Hello
    )


def optional_fields(cls: type) -> set[str]:
    if not is_sent_by_browser(cls) or not issubclass(cls, BaseModel):
        return set()
    return {name for name, field in cls.model_fields.items() if not field.is_required()}


def interface(cls: type) -> str:
    """One exported interface, with the docstring of the class."""
    optional = optional_fields(cls)
    hints = typing.get_type_hints(cls, include_extras=True)
    hints.pop("model_config", None)
    names = (
        [f.name for f in dataclasses.fields(cls)]
        if (dataclasses.is_dataclass(cls))
        else list(typing.cast(type[BaseModel], cls).model_fields)
    )
    lines = [
        f"  {name}{'?' if name in optional else ''}: {to_typescript(hints[name])};"
        for name in names
    ]
    return "\n".join(
        [*_comment(cls), f"export interface {cls.__name__} {{", *lines, "}"]
    )


def _comment(cls: type) -> list[str]:
    doc = vars(cls).get("__doc__") or ""
    # A dataclass without a docstring gets its signature as one.
    if not doc or doc.startswith(f"{cls.__name__}("):
        return []
    text = " ".join(doc.split())
    return [f"/** {text} */"]


def alias(name: str, value: object) -> str:
    if typing.get_origin(value) is typing.Annotated:
        value = typing.get_args(value)[0]
    if typing.get_origin(value) is typing.Literal:
        members = [f'"{item}"' for item in typing.get_args(value)]
    else:
        members = [to_typescript(arg) for arg in typing.get_args(value)]
    return f"export type {name} =\n" + "\n".join(f"  | {m}" for m in members) + ";"


def generate() -> str:
    """The whole file."""
    parts = [alias(name, value) for name, value in ALIASES.items()]
    parts += [interface(cls) for module in MODULES for cls in classes_of(module)]
    return HEADER + "\n" + "\n\n".join(parts) + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server.wire_types")
    parser.add_argument("path", type=Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args(argv)
    text = generate()
    path: Path = arguments.path
    if arguments.check:
        if path.exists() and path.read_text("utf-8") == text:
            return 0
        sys.stderr.write(f"{path} is out of date: run `make types`\n")
        return 1
    path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
