"""`docs/reference.md` is made of what the code says. Written anew by: python tests/docs/test_reference.py"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from msgspec import NODEFAULT, Meta, structs

from portkey_ai import errors
from portkey_local import Config
from portkey_local.config import Tables
from portkey_local.toml_tables import Table
from portkey_prompts.project import Project

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reference.md"
SOURCES = [ROOT / name for name in ("generated/portkey_openapi", "prompts", "overlay", "local", "cli")]
FRAME = """# Reference

What the code says of itself, in tables: the server's file, a repository's settings, environment variables, errors. The
commands have [a page of their own](commands.md), and so have [upstreams](upstreams.md) and [templates](templates.md).

## `portkey-local.toml`

What `portkey-prompts serve` is told: the file in the working directory, or `--config FILE`. All of it is optional, and
what is misspelt is refused when the server starts, with what is known in its place. In Python,
`LocalServer(config=Config.read(path))`.

```toml
EXAMPLE
```

CONFIGURATION## A repository's settings

`[tool.portkey-prompts]` in `pyproject.toml`, or the same at the top of `.portkey.toml`, in a folder or one above it up
to the repository's root. Never a key. `portkey-prompts settings` says what holds.

| setting | what it is |
|---|---|
SETTINGS
## Environment variables

What the code or the command line says wins over them.

| variable | read by | what it says |
|---|---|---|
VARIABLES
## Errors

`except portkey_ai.PortkeyError` catches all but the last two; those of a call are in `portkey_ai.errors`. What goes
wrong in a template that is rendered in this process is a `ValueError`, of `portkey_prompts.templates`.

| error | when | what to do |
|---|---|---|
ROWS"""
SETTINGS = {
    "base_url": "Where the service is; else `PORTKEY_BASE_URL` says.",
    "folder": "Where the prompts' files are, from the settings' folder: `prompts`.",
    "lock": "The lock file: `prompts.lock`.",
    "bindings": "A table for `bindings`: `out`, `async`, and `names` by slug ([bindings.md](bindings.md)).",
}
VARIABLES = {
    "PORTKEY_API_KEY": (
        "client, command line",
        "The service's key. A server on this machine needs none until it has keys.",
    ),
    "PORTKEY_BASE_URL": ("client, command line", "Where the service is, with its `/v1`: else the hosted one."),
    "PORTKEY_PROXY": ("client, command line", "The official SDK's name for the same; `PORTKEY_BASE_URL` wins."),
    "PORTKEY_API_VERSION": ("client", "The API version that is expected: another one is an error."),
    "PORTKEY_LOG": ("client", "`debug`, `info`, `warning` or `error`: write the log of `portkey_ai` to stderr."),
    "PORTKEY_DATABASE": ("server, its commands", "The database's URL; else `sqlite:///portkey.db`."),
    "OTEL_TRACES_EXPORTER": ("client, server", "Other than `none`: make spans ([telemetry.md](telemetry.md))."),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("client, server", "Make spans, and where to send them."),
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": ("client, server", "The same, for traces alone."),
    "OTEL_SDK_DISABLED": ("client, server", "`true`: make no spans, whatever the code says."),
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": (
        "client, server",
        "`true`: put texts and variables into spans.",
    ),
    "SSL_CERT_FILE": ("client", "A PEM file with the certificates to trust."),
    "SSL_CERT_DIR": ("client", "A folder of them."),
    "HTTPS_PROXY": (
        "client",
        "The proxy on the way, also as `HTTP_PROXY` and `ALL_PROXY`; `NO_PROXY` names hosts without.",
    ),
    "NO_COLOR": ("command line", "Anything: no colours."),
    "TERM": ("command line", "`dumb`: no colours."),
    "VISUAL": ("command line", "The editor of `update`; else `EDITOR`."),
    "EDITOR": ("command line", "The same, where `VISUAL` says nothing."),
}
INDIRECT = {"HTTPS_PROXY"}
"""Read by httpx or urllib, which this asks."""
REMEDIES = {
    "PortkeyError": "Read the message: it names the option and what to write.",
    "APIVersionError": "Install the package of the version that is named, or say another version.",
    "APIError": "Catch it for whatever a call may raise; `message`, `status_code`, `error_code`, `trace_id`, `body`.",
    "APIConnectionError": "Is the base URL right, and does somebody serve there? It was repeated `max_retries` times.",
    "APITimeoutError": "Raise `timeout=`, or call later.",
    "APIResponseValidationError": "The base URL leads to something else than this API, or a proxy answers.",
    "APIStreamError": "Use what came, `error.partial`, or run it again.",
    "APIStreamTimeoutError": "The same; the model is slow or stuck.",
    "APIStatusError": "Its `status_code` says which kind; every status with a class of its own stands below.",
    "BadRequestError": "Mend the field that the message names.",
    "AuthenticationError": "Set `PORTKEY_API_KEY` to a key that the service knows.",
    "PaymentRequiredError": "Pay for the account.",
    "PermissionDeniedError": "Use a key with the scope that the message names, or change what may be changed.",
    "NotFoundError": "Compare the reference with what the message lists, or with `portkey-prompts list`.",
    "RequestTimeoutError": "Call again; it was repeated where that is safe.",
    "ConflictError": "Choose another name, or settle what stands in the way.",
    "BudgetExhaustedError": "Raise the key's budget.",
    "UnprocessableEntityError": "Mend what the message names.",
    "RateLimitError": "Wait as `retry-after` says, which was done `max_retries` times; send less at once.",
    "GuardrailDeniedError": "Look at `body` for the guardrail's reasons.",
    "InternalServerError": "Call later, and quote the `trace_id`.",
    "LockError": "Run the command that the message names, as a rule `portkey-prompts lock REFERENCE`.",
    "MissingVariablesError": 'Give the variables that are named, or render with `missing="empty"`.',
    "TemplateError": "Mend the template at the line and column that are named.",
}


def described(kind: type) -> dict[str, str]:
    """Read what a class says of its fields, below `Args:`."""
    said, name = dict[str, str](), ""
    for line in (kind.__doc__ or "").partition("Args:\n")[2].splitlines():
        if found := re.match(r" {4,8}(\w+): (.*)", line):
            name, said[found[1]] = found[1], found[2]
        elif line.strip() and name:
            said[name] += f" {line.strip()}"
        elif name:
            break
    return said


def plain(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def default_of(field: structs.FieldInfo) -> str:
    """Write a default as TOML has it."""
    value = field.default if field.default is not NODEFAULT else None
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int):
        return f"`{value}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    return f"`{sorted(value or ())}`".replace("'", '"')


def kind_of(field: structs.FieldInfo) -> str:
    (meta,) = [each for each in get_args(field.type) if isinstance(each, Meta)]
    return re.sub(rf", at most {2**31 - 1}", "", meta.description or "")


def configuration() -> Iterator[str]:
    """Write a table for each table of `portkey-local.toml`."""
    for table in structs.fields(Tables):
        yield f"### `[{table.name}]`\n\n"
        if not (isinstance(table.type, type) and issubclass(table.type, Table)):
            yield "A table for each, `[upstreams.NAME]`: [upstreams.md](upstreams.md) has what they take.\n\n"
            continue
        said = described(table.type)
        yield "| setting | what it is | written as | else |\n|---|---|---|---|\n"
        for field in structs.fields(table.type):
            about = said.get(field.name) or HOW[field.name]
            yield f"| `{field.name}` | {about} | {kind_of(field)} | {default_of(field)} |\n"
        yield "\n"


HOW = {"format": "How the log is written: for people, or a JSON object a line."}
EXAMPLE = (ROOT / "local/portkey_local/config.py").read_text().partition("\n\n")[2].partition('"""')[0].strip()


def family() -> list[type[Exception]]:
    """List the errors, each below what it is a kind of."""
    from portkey_prompts.lock.errors import LockError
    from portkey_prompts.templates import TemplateError
    from portkey_prompts.templates.errors import MissingVariablesError

    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    return [*found, LockError, TemplateError, MissingVariablesError]


def page() -> str:
    """Make the page."""
    rows = "".join(
        f"| `{kind.__name__}` | {' '.join((kind.__doc__ or '').split()).split('. ')[0].rstrip('.')} "
        f"| {REMEDIES[kind.__name__]} |\n"
        for kind in family()
    )
    variables = "".join(f"| `{name}` | {reader} | {what} |\n" for name, (reader, what) in VARIABLES.items())
    settings = "".join(
        f"| `{each.name}` | {SETTINGS[each.name]} |\n" for each in fields(Project) if each.name != "file"
    )
    return (
        FRAME.replace("EXAMPLE", EXAMPLE)
        .replace("CONFIGURATION", "".join(configuration()))
        .replace("SETTINGS", settings)
        .replace("VARIABLES", variables)
        .replace("ROWS", rows)
    )


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"Write it anew: python tests/docs/{Path(__file__).name}"


def test_its_example_can_be_used() -> None:
    import tomllib

    assert Config.of(tomllib.loads(EXAMPLE)).limits.body == 4194304


def test_every_variable_that_is_read_is_in_the_table() -> None:
    read = set[str]()
    for folder in SOURCES:
        for path in folder.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "environ" in text or "envvar" in text or "VARIABLE" in text:
                read |= set(re.findall(r'"((?:PORTKEY|OTEL|SSL_CERT)_[A-Z_]+)"', text))
                read |= set(re.findall(r'environ(?:\.get\(|\[|ment\.get\()"([A-Z_]+)"', text))
    internal = {"_PORTKEY_PROMPTS_COMPLETE", "PORTKEY_GATEWAY_URL"}
    assert read - internal == VARIABLES.keys() - INDIRECT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
