"""`labels`, `collections`, `partials`: the commands for what a service has besides prompts.

A `Kind` describes each. Which commands it has, and the fields that they take, come from the compiled client.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_cli import completing
from portkey_cli.asking import Yes, agreed, check_askable
from portkey_cli.clients import connect
from portkey_cli.contents import read_template
from portkey_cli.failures import NOT_AS_ASKED, OK, PROGRAM, UsageError
from portkey_cli.labels import label_id
from portkey_cli.options import AsJson, Collection, Description, Limit, Search, add_command, option
from portkey_cli.output import (
    moment,
    note,
    progress,
    version_status,
    without_empty,
    write_facts,
    write_json,
    write_line,
    write_table,
)
from portkey_cli.partials import note_unknown
from portkey_cli.references import is_number, split
from portkey_openapi import models
from portkey_openapi.resources.collections import Collections
from portkey_openapi.resources.labels import Labels
from portkey_openapi.resources.prompt_partials import PromptPartials

if TYPE_CHECKING:
    from portkey_ai import Portkey

_LARGEST_PAGE = 1000


def _text(option: str, metavar: str, says: str, completed: Any = None) -> Any:
    described = typer.Option(option, metavar=metavar, help=says, autocompletion=completed)
    return Annotated[str | None, described]


FIELDS: Mapping[str, Any] = {
    "name": _text("--name", "TEXT", "Its new name."),
    "description": _text("--description", "TEXT", "What it stands for."),
    "color_code": _text("--color", "HEX", "Its colour in lists, such as #1a7f37."),
    "parent_collection_id": _text(
        "--parent", "SLUG", "The collection to put it in, by slug or UUID.", completing.collections
    ),
    "collection_id": _text(
        "--collection", "SLUG", "The collection to put it in, by slug or UUID.", completing.collections
    ),
    "string": Annotated[str | None, option("--file -f FILE", "The template; - reads stdin.")],
    "version_description": Description,
}
"""The option of each field of a body; a partial's text comes from a file."""
FILTERS: Mapping[str, Any] = {"search": Search, "collection_id": Collection}
FLAGS: Mapping[str, Any] = {"force": Annotated[bool, option("--force", "Delete it although templates include it.")]}
"""Options of a call that are given or not."""


@dataclass(frozen=True)
class Kind:
    """A kind of resource, and how its commands are called and described.

    Attributes:
        group: the commands' name.
        noun: what one is called.
        client: the class of the compiled client that has its calls.
        created: the body that makes one.
        updated: the body that changes one.
        named: how one is referred to, for the help.
        columns: the titles of a table, and the field that each shows.
        deleting: what deleting one means, for the help.
        examples: for each command the arguments to show.
        except_for: fields of the bodies that have no option.
        aside: what else the help of the group says.
    """

    group: str
    noun: str
    client: Any
    created: type
    updated: type
    named: str
    columns: Mapping[str, str]
    deleting: str
    examples: Mapping[str, str]
    except_for: frozenset[str] = frozenset(("workspace_id", "organization_id"))
    aside: str = ""

    def calls(self, portkey: Portkey) -> Any:
        """Return the resource of a client that has its calls."""
        return portkey.prompts.partials if self.client is PromptPartials else getattr(portkey, self.group)

    def find(self, portkey: Portkey, reference: str) -> tuple[str, Any]:
        """Read one; returns its id or slug, as calls take it, and its record.

        Raises:
            PortkeyError: there is no such one.
            UsageError: where nothing is named, as by an empty variable of a shell.
        """
        if not reference.strip(". "):
            raise UsageError(f"{reference!r} names no {self.noun}. Write {self.named}.")
        identifier = label_id(portkey, reference) if self.client is Labels else reference
        record = self.calls(portkey).retrieve(identifier)
        return (record.get("slug") or record.id), record

    def fields(self, body: type) -> list[str]:
        """List the fields of a body that have an option, in the contract's order."""
        return [name for name in inspect.get_annotations(body) if name in FIELDS and name not in self.except_for]


KINDS = (
    Kind(
        group="partials",
        noun="partial",
        client=PromptPartials,
        created=models.PromptPartialCreateParams,
        updated=models.PromptPartialUpdateParams,
        named="a slug or UUID; a version may follow it: @3 or @latest",
        columns={"slug": "slug", "name": "name", "status": "status", "updated (UTC)": "last_updated_at"},
        deleting="Refused while templates include it: they would no longer render, but for what is locked.",
        examples={
            "list": "--collection support",
            "show": "pp-tone@latest",
            "versions": "pp-tone",
            "create": "Tone --file tone.txt",
            "update": "pp-tone --file tone.txt -m 'Warmer'",
            "publish": "pp-tone@2",
            "delete": "pp-tone --yes",
        },
        except_for=frozenset(("workspace_id", "status", "description")),
    ),
    Kind(
        group="collections",
        noun="collection",
        client=Collections,
        created=models.CollectionCreateParams,
        updated=models.CollectionUpdateParams,
        named="a slug or UUID",
        columns={"slug": "slug", "name": "name", "updated (UTC)": "last_updated_at"},
        deleting="It must be empty.",
        examples={
            "list": "--search support",
            "show": "support",
            "create": "Support --parent default",
            "update": "support --name 'Customer support'",
            "delete": "support --yes",
        },
    ),
    Kind(
        group="labels",
        noun="label",
        client=Labels,
        created=models.LabelCreateParams,
        updated=models.LabelUpdateParams,
        named="a name, such as production",
        columns={
            "name": "name",
            "description": "description",
            "color": "color_code",
            "updated (UTC)": "last_updated_at",
        },
        deleting="What refers to a prompt by it finds nothing from then on, but for what is locked.",
        examples={
            "list": "--search prod",
            "show": "production",
            "create": "beta --description 'For the first customers'",
            "update": "beta --color '#1a7f37'",
            "delete": "beta --yes",
        },
        aside=f"To put one on a version: {PROGRAM} label PROMPT@12 LABEL",
    ),
)


def register(app: typer.Typer) -> None:
    """Add all groups and their commands."""
    for kind in KINDS:
        made = {"list": "list", "retrieve": "show", "versions": "versions"}
        made.update({name: name for name in ("create", "update", "publish", "delete")})
        names = [name for call, name in made.items() if hasattr(kind.client, call)]
        group = typer.Typer(help=f"{', '.join(names).capitalize()} {kind.group}. {kind.aside}".strip())
        for name in names:
            command = _COMMANDS[name](kind)
            add_command(group, name, command, f"{PROGRAM} {kind.group} {name} {kind.examples[name]}")
        app.add_typer(group, name=kind.group)


def _list(kind: Kind) -> Callable[..., Any]:
    def run(context: typer.Context, *, limit: int | None, as_json: bool, **filters: str | None) -> None:
        with connect(context) as portkey, progress(f"Listing {kind.group} …"):
            size = {"page_size": min(limit, _LARGEST_PAGE)} if limit and "page_size" in taken else {}
            page = kind.calls(portkey).list(**filters, **size)
            found = list(islice(iter(page), limit))
        if as_json:
            write_json({**dict(page), "data": found})
        elif found:
            rows = [[_cell(field, each.get(field)) for field in kind.columns.values()] for each in found]
            write_table(list(kind.columns), rows)
        else:
            note(
                f"There are no {kind.group} like that." if any(filters.values()) else f"There are no {kind.group} yet."
            )

    taken = inspect.signature(kind.client.list).parameters
    own = {name: option for name, option in FILTERS.items() if name in taken}
    return _typed(run, f"List {kind.group}.", {**own, "limit": Limit, "as_json": AsJson})


def _show(kind: Kind) -> Callable[..., Any]:
    def run(context: typer.Context, *, reference: str, as_json: bool) -> None:
        with connect(context) as portkey:
            _, record = kind.find(portkey, reference)
        if as_json:
            write_json(record)
            return
        further = {
            "version": "version",
            "message": "version_description",
            "made by": "version_created_by",
            "published by": "version_published_by",
        }
        facts = {**kind.columns, **(further if "string" in record else {})}
        write_facts({title: _cell(field, record.get(field)) for title, field in facts.items()})
        if record.get("string"):
            write_line(f"\n{record['string']}")

    return _typed(run, f"Show a {kind.noun}.", {"reference": _argument(kind), "as_json": AsJson}, kind)


def _versions(kind: Kind) -> Callable[..., Any]:
    def run(context: typer.Context, *, reference: str, as_json: bool) -> None:
        with connect(context) as portkey:
            page = kind.calls(portkey).versions.list(split(reference)[0])
            found = list(iter(page))
        if as_json:
            write_json({**dict(page), "data": found})
            return
        fields = ("version", "prompt_version_status", "created_at", "created_by", "description")
        rows = [[_cell(field, each.get(field)) for field in fields] for each in found]
        write_table(*without_empty(["version", "status", "created (UTC)", "by", "description"], rows, "by"))

    says = f"List a {kind.noun}'s versions, the newest first."
    return _typed(run, says, {"reference": _argument(kind), "as_json": AsJson}, kind)


def _create(kind: Kind) -> Callable[..., Any]:
    fields = kind.fields(kind.created)

    def run(context: typer.Context, *, name: str, as_json: bool, **given: str | None) -> None:
        if "string" in fields:
            given["string"] = given["string"] or "-"
        body = _body(given)
        with connect(context) as portkey:
            made = kind.calls(portkey).create(name=name, **body)
            note_unknown(portkey, body.get("string", ""))
        if as_json:
            write_json(made)
            return
        write_line(made.get("slug") or name)
        note("Created." if "string" not in fields else "Created. Version 1 is published.")

    name = Annotated[str, typer.Argument(metavar="NAME")]
    options = {field: FIELDS[field] for field in fields}
    says = f"Create a {kind.noun}. Prints its {'name' if kind.client is Labels else 'slug'}."
    return _typed(run, says, {**options, "name": name, "as_json": AsJson})


def _update(kind: Kind) -> Callable[..., Any]:
    fields = kind.fields(kind.updated)

    def run(context: typer.Context, *, reference: str, as_json: bool, **given: str | None) -> None:
        if all(value is None for value in given.values()):
            raise UsageError(f"What is to change? Say it with an option: {PROGRAM} {kind.group} update --help")
        body = _body(given)
        with connect(context) as portkey:
            identifier, record = kind.find(portkey, reference)
            done = kind.calls(portkey).update(identifier, **body)
            note_unknown(portkey, body.get("string", ""))
            latest = kind.calls(portkey).retrieve(f"{identifier}@latest").version if "string" in body else None
        if as_json:
            write_json(done)
        elif latest is not None:
            write_line(f"{identifier}@{latest}")
            note(f"Its latest version is {latest}; to publish it: {PROGRAM} {kind.group} publish {identifier}@{latest}")
        else:
            note(f"Updated {_called(kind, record)}.")

    options = {field: FIELDS[field] for field in fields}
    text = " A new template makes a version, which is not published." if "string" in fields else ""
    return _typed(
        run, f"Change a {kind.noun}.{text}", {"reference": _argument(kind), **options, "as_json": AsJson}, kind
    )


def _publish(kind: Kind) -> Callable[..., Any]:
    def run(context: typer.Context, *, reference: str, as_json: bool) -> None:
        slug, version = split(reference)
        if not version:
            raise UsageError(f"Which version? Write {slug}@3 or {slug}@latest.")
        with connect(context) as portkey:
            calls = kind.calls(portkey)
            number = int(version) if is_number(version) else calls.retrieve(reference).version
            done = calls.publish(slug, version=number)
        if as_json:
            write_json(done)
        else:
            note(f"{slug} means version {number} now.")

    says = f"Publish a version of a {kind.noun}.\n\nTemplates that include it without @ mean it from then on."
    return _typed(run, says, {"reference": _argument(kind), "as_json": AsJson}, kind)


def _delete(kind: Kind) -> Callable[..., Any]:
    def run(context: typer.Context, *, reference: str, yes: bool, as_json: bool, **flags: bool) -> int:
        if "@" in reference and kind.client is PromptPartials:
            raise UsageError(f"A version can't be deleted, only the whole {kind.noun}: {split(reference)[0]}")
        check_askable(yes)
        with connect(context) as portkey:
            identifier, record = kind.find(portkey, reference)  # so that what is asked about is what is there
            if not yes and not agreed(f"Delete the {kind.noun} {_called(kind, record)}, permanently?"):
                note("Nothing was deleted.")
                return NOT_AS_ASKED
            done = kind.calls(portkey).delete(identifier, **{name: True for name, given in flags.items() if given})
        if as_json:
            write_json(done)
        else:
            note(f"Deleted {_called(kind, record)}.")
        return OK

    taken = inspect.signature(kind.client.delete).parameters
    own = {name: option for name, option in FLAGS.items() if name in taken}
    says = f"Delete a {kind.noun}, permanently. {kind.deleting}"
    return _typed(run, says, {"reference": _argument(kind), **own, "yes": Yes, "as_json": AsJson}, kind)


_COMMANDS: Mapping[str, Callable[[Kind], Callable[..., Any]]] = {
    "list": _list,
    "show": _show,
    "versions": _versions,
    "create": _create,
    "update": _update,
    "publish": _publish,
    "delete": _delete,
}


def _typed(
    run: Callable[..., Any], says: str, parameters: Mapping[str, Any], kind: Kind | None = None
) -> Callable[..., Any]:
    """Return a function with the signature and docstring from which typer makes a command's options and help."""
    order = sorted(parameters, key=lambda name: name not in ("reference", "name"))

    def command(context: typer.Context, **given: Any) -> Any:
        return run(context, **given)

    known = {"context": typer.Context, **{name: parameters[name] for name in order}}
    command.__signature__ = inspect.Signature(list(_parameters(known)))  # type: ignore[attr-defined]
    command.__annotations__ = known
    command.__doc__ = f"{says}\n\n{kind.noun.upper()} is {kind.named}." if kind else says
    return command


def _parameters(known: Mapping[str, Any]) -> Iterator[inspect.Parameter]:
    for name, annotation in known.items():
        flag = False if name in ("as_json", "yes", *FLAGS) else None
        default = inspect.Parameter.empty if name in ("context", "reference") or _needed(annotation) else flag
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _needed(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is str


def _argument(kind: Kind) -> Any:
    return Annotated[
        str,
        typer.Argument(metavar=kind.noun.upper(), autocompletion=getattr(completing, kind.group)),
    ]


def _body(given: Mapping[str, str | None]) -> dict[str, Any]:
    body = {name: value for name, value in given.items() if value is not None}
    return {**body, "string": read_template(body["string"])} if "string" in body else body


def _called(kind: Kind, record: Any) -> str:
    return str(record.get("name") if kind.client is Labels else record.get("slug") or record.id)


def _cell(field: str, value: object) -> str:
    if field == "prompt_version_status":
        return version_status(None if value is None else str(value))
    return moment(value) if field.endswith("_at") else "" if value is None else str(value)
