"""Two versions of the contract: what was released as each works with the other, and pins keep them apart.

The older distribution is built from this repository's history: the last commit whose `openapi.yaml` is
`contracts/1.0.0.yaml`.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from portkey_openapi import API_VERSION
from portkey_prompts.contract_diff import bump_ok, compare_contracts
from portkey_prompts.contract_diff.report import parse_version

ROOT = Path(__file__).resolve().parents[2]
RELEASES = sorted((ROOT / "contracts").glob("*.yaml"), key=lambda path: parse_version(path.stem))
OLD, NEW = RELEASES[0].stem, API_VERSION
PAIRS = [(client, server) for client in (OLD, NEW) for server in (OLD, NEW)]
Program = Callable[..., "subprocess.CompletedProcess[str]"]


def git(*arguments: str) -> bytes:
    """Ask git about this repository; skip where it does not know."""
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True)
    if done.returncode != 0:
        pytest.skip(f"the history of this checkout does not reach back to {OLD}: {done.stderr.decode()}")
    return done.stdout


def last_commit_of(contract: Path) -> str:
    """Find the last commit whose openapi.yaml is a kept contract."""
    wanted = git("hash-object", str(contract)).strip()
    changes = git("log", "--format=%H", "--", "openapi.yaml").decode().split()
    for later, change in pairwise(changes):
        if git("rev-parse", f"{change}:openapi.yaml").strip() == wanted:
            return f"{later}^"
    if len(changes) < 2 or git("rev-parse", "--is-shallow-repository").strip() == b"true":
        pytest.skip(f"the history of this checkout does not reach back to {OLD}")
    raise AssertionError(f"{contract} was edited: no commit has it as its openapi.yaml")


@pytest.fixture(scope="session")
def distributions(built_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheels of both, unpacked, by the version of their contract."""
    folder = tmp_path_factory.mktemp("contracts")
    with tarfile.open(fileobj=io.BytesIO(git("archive", last_commit_of(RELEASES[0])))) as archive:
        archive.extractall(folder / "source", filter="data")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*build, folder / "wheel", folder / "source"], check=True, capture_output=True)
    (older,) = (folder / "wheel").glob("*.whl")
    wheels = {OLD: older, NEW: built_wheel}
    for version, path in wheels.items():
        with zipfile.ZipFile(path) as wheel:
            wheel.extractall(folder / version)
    return {version: folder / version for version in wheels}


@pytest.fixture
def program(distributions: dict[str, Path], tmp_path: Path) -> Program:
    """Run Python with the packages of one of them, in a folder that the test has for itself."""

    def run(version: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**plain_environment(distributions[version]), **environment},
            capture_output=True,
            text=True,
        )

    return run


def plain_environment(packages: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PORTKEY_")}
    return {**ours, "PYTHONPATH": str(packages), "PORTKEY_API_KEY": "k"}


SERVE = """
import sys
from portkey_local import LocalServer
with LocalServer(upstreams={"echo": "echo"}) as server:
    print(server.base_url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def served(packages: Path) -> Iterator[str]:
    """Serve an empty database; the server ends with its input."""
    started = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env=plain_environment(packages),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with started:
        assert started.stdout is not None
        yield started.stdout.readline().strip()


@pytest.fixture(scope="module")
def servers(distributions: dict[str, Path]) -> Iterator[dict[str, str]]:
    """The URLs of a server of each."""
    with ExitStack() as stack:
        yield {version: stack.enter_context(served(packages)) for version, packages in distributions.items()}


STORY = r"""
import json, warnings
from portkey_ai import API_VERSION, APIStatusError, NotFoundError, Portkey

say, LABEL = {}, "speaks-" + API_VERSION.replace(".", "-")
def refused(call):
    try:
        call()
    except APIStatusError as error:
        return error.status_code
with warnings.catch_warnings(record=True) as warned, Portkey() as portkey:
    warnings.simplefilter("always")
    prompts, partials = portkey.prompts, portkey.prompts.partials
    collection, label = portkey.collections.create(name="Shop"), portkey.labels.create(name=LABEL)
    partial = partials.create(name="Signature", string="Yours, {{who}}")
    created = prompts.create(
        name="Greeting", collection_id=collection.id, parameters={"temperature": 0.5}, virtual_key="echo",
        string='[{"role": "user", "content": "Hello {{name}}! {{>%s}}"}]' % partial.slug,
    )
    slug, variables = created.slug, {"name": "Ada", "who": "Bob"}
    prompts.update(slug, string="Hi {{name}}", version_description="shorter", patch=True)
    prompts.versions.update(slug, 2, label_id=label.id)
    rendered = prompts.render(prompt_id=slug, variables=variables)
    say["rendered"] = [rendered.data.messages[0].content, rendered.data.temperature]
    say["labelled"] = prompts.render(prompt_id=f"{slug}@{LABEL}", variables=variables).prompt
    done = prompts.completions(prompt_id=slug, variables=variables, metadata={"_user": "ada"})
    say["run"] = [done.choices[0].message.content, done.usage.total_tokens, done.object]
    with prompts.completions(prompt_id=slug, variables=variables, stream=True) as stream:
        say["streamed"] = "".join(stream.text_deltas())
    say["partial in use"] = refused(lambda: partials.delete(partial.slug))
    prompts.publish(slug, version=2)
    say["published"] = prompts.render(prompt_id=slug, variables=variables).prompt
    say["versions"] = [[one.prompt_version, one.status] for one in prompts.versions.list(slug)]
    say["retrieved"] = prompts.retrieve(slug).string
    say["collected"] = [one.name for one in prompts.list(collection_id=collection.id)]
    say["missing"] = refused(lambda: prompts.render(prompt_id="pp-none", variables={}))
    prompts.delete(slug)
    say["left"] = [one.slug for one in prompts.list(collection_id=collection.id)]
    say["version header"] = bool(portkey.labels.with_raw_response.list().headers["x-portkey-api-version"])
say["speaks"] = API_VERSION
say["warned"] = [str(each.message)[:45] for each in warned if "API version" in str(each.message)]
print(json.dumps(say))
"""
ALIKE = {
    "rendered": ["Hello Ada! Yours, Bob", 0.5],
    "labelled": "Hi Ada",
    "run": ["Hello Ada! Yours, Bob", 8, "prompt.completion"],
    "streamed": "Hello Ada! Yours, Bob",
    "published": "Hi Ada",
    "versions": [[2, "active"], [1, "archived"]],
    "retrieved": "Hi {{name}}",
    "collected": ["Greeting"],
    "missing": 404,
    "left": [],
    "version header": True,
}


def test_an_app_gets_the_same_whichever_of_both_it_and_its_server_are(
    program: Program, servers: dict[str, str]
) -> None:
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for client, server in PAIRS:
        done = program(client, "-c", STORY, PORTKEY_BASE_URL=servers[server])
        assert done.returncode == 0, done.stderr
        told[client, server] = json.loads(done.stdout)
    assert [said.pop("speaks") for said in told.values()] == [client for client, _ in PAIRS]
    warned = {pair: said.pop("warned") for pair, said in told.items()}
    assert warned == {
        (client, server): [f"The server speaks API version {server}, and this"] if client != server else []
        for client, server in PAIRS
    }
    # The server's doing: 1.0.0 deletes a partial that is in use.
    assert {pair: said.pop("partial in use") for pair, said in told.items()} == {
        (client, server): None if server == OLD else 409 for client, server in PAIRS
    }
    assert told == dict.fromkeys(PAIRS, ALIKE)


def test_an_older_lock_file_is_read_and_a_newer_one_refused_in_words(program: Program, servers: dict[str, str]) -> None:
    create = (
        "from portkey_ai import Portkey\nportkey = Portkey()\ncollection = portkey.collections.create(name='Shop').id\n"
        "prompt = portkey.prompts.create(name='Hi', collection_id=collection, parameters={}, string='Hi {{name}}')\n"
        "print(prompt.slug)\n"
    )
    render = (
        "from portkey_ai import Portkey, PromptSource\nimport sys\n"
        "portkey = Portkey(prompts=PromptSource(lock='prompts.lock', frozen=True))\n"
        "print(portkey.prompts.render(prompt_id=sys.argv[1], variables={'name': 'Ada'}).prompt)\n"
    )

    def lock(version: str) -> str:
        made = program(version, "-c", create, PORTKEY_BASE_URL=servers[version])
        slug = made.stdout.strip()
        locked = program(version, "-m", "portkey_cli.main", "lock", slug, PORTKEY_BASE_URL=servers[version])
        assert (made.returncode, locked.returncode) == (0, 0), made.stderr + locked.stderr
        return slug

    done = program(NEW, "-c", render, lock(OLD), PORTKEY_BASE_URL="http://127.0.0.1:9/v1")
    assert done.stdout == "Hi Ada\n", done.stderr
    done = program(OLD, "-c", render, lock(NEW), PORTKEY_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 1
    assert "prompts.lock: it is of format 2, and this package reads format 1. Install" in done.stderr.splitlines()[-1]


def test_a_pin_of_the_other_version_refuses_in_code_in_the_environment_and_in_ci(program: Program) -> None:
    for version, other in ((OLD, NEW), (NEW, OLD)):
        pinned = "from portkey_ai import Portkey\nPortkey(api_version={!r})"
        assert program(version, "-c", pinned.format(version), PORTKEY_API_VERSION=other).returncode == 0
        for wrong, asked in ((pinned.format(other), version), (pinned.format(None), other)):
            done = program(version, "-c", wrong, PORTKEY_API_VERSION=asked)
            assert done.returncode == 1
            last = done.stderr.splitlines()[-1]
            assert f"asks for API version {other}, and this package speaks {version}" in last
            assert f"pip install 'portkey-prompts=={other}.*'" in last
        checked = [
            program(version, "-m", "portkey_cli.main", "contract", "--expect", each) for each in (version, other)
        ]
        assert [done.returncode for done in checked] == [0, 1]
        assert f"pip install 'portkey-prompts=={other}.*'" in checked[1].stderr


@pytest.fixture(scope="module")
def contracts() -> dict[str, Any]:
    return {path.stem: yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in RELEASES}


def test_each_kept_contract_is_raised_as_far_as_its_changes_ask_for(contracts: dict[str, Any]) -> None:
    assert (next(iter(contracts)), next(reversed(contracts))) == (OLD, NEW)
    for older, newer in pairwise(contracts):
        diff = compare_contracts(contracts[older], contracts[newer])
        assert bump_ok(older, newer, diff), str(diff)


def test_from_1_0_0_to_1_1_0_nothing_breaks(contracts: dict[str, Any]) -> None:
    diff = compare_contracts(contracts["1.0.0"], contracts["1.1.0"])
    assert diff.verdict == "compatible", str(diff)
    assert len(diff.changes) > 50


def test_every_page_that_pins_a_version_pins_the_last_one() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
    pins = {path: re.findall(r"portkey-prompts(?:\[[\w,]+\])?==(\d+\.\d+\.\d+)", text) for path, text in pages.items()}
    tool = (ROOT / "tools" / "check_contract_version.py").read_text(encoding="utf-8")
    for path, versions in pins.items():
        assert set(versions) <= {RELEASES[-1].stem, "0.9.0"}, path  # 0.9.0 is the one that is wanted in vain
        assert not versions or f'"{path.relative_to(ROOT)}"' in tool, "make record does not bring the version there"
    assert sum(bool(versions) for versions in pins.values()) >= 3
