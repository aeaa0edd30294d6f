"""`update`: a new version of a prompt, from the editor, a file or stdin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_cli.clients import connect
from portkey_cli.contents import check_stdin, read_content, settings
from portkey_cli.drafts import Draft
from portkey_cli.options import (
    AsJson,
    Description,
    Model,
    Parameters,
    ParametersFile,
    Reference,
    TemplateFile,
    VirtualKey,
)
from portkey_cli.output import note, write_json, write_line
from portkey_cli.references import split

if TYPE_CHECKING:
    from portkey_ai.types import PromptDetail


def update(
    context: typer.Context,
    reference: Reference,
    file: TemplateFile = None,
    parameters: ParametersFile = None,
    param: Parameters = None,
    model: Model = None,
    virtual_key: VirtualKey = None,
    message: Description = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish the new version at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new version of a prompt. Prints its reference.

    It takes over from the latest version, or from the one that is named, what is not given. With neither a file nor a
    setting the template opens in VISUAL or EDITOR. Where nothing changes no version is made, which is no error.
    """
    check_stdin(file, parameters)
    prompt, version = split(reference)
    given = read_content(file) if file else {}
    with connect(context) as portkey:
        latest = portkey.prompts.retrieve(f"{prompt}@latest")
        base = portkey.prompts.retrieve(reference) if version else latest
        given.update(_settings(base, given, parameters, param, model, virtual_key))
        draft = Draft(portkey, base, latest)
        made = draft.save(given, message) if given else draft.save_edited(message)
        if publish:
            portkey.prompts.publish(prompt, version=draft.number)
    if as_json:
        write_json(made or {})
        return
    write_line(f"{prompt}@{draft.number}")
    done = f"Made version {draft.number}" if made else f"Nothing changed: version {draft.number} is still the latest"
    note(f"{done}, and published it." if publish else f"{done}.")


def _settings(
    base: PromptDetail,
    given: dict[str, Any],
    parameters: str | None,
    param: list[str] | None,
    model: str | None,
    virtual_key: str | None,
) -> dict[str, Any]:
    """Gather what options say; single parameters go on top of the file's, or else of those of the version."""
    before = given.get("parameters", base.parameters)
    named = {"model": model, "virtual_key": virtual_key}
    return {
        **settings(parameters, param, before),
        **{name: value for name, value in named.items() if value is not None},
    }
