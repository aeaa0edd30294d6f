"""`make generate` turns a contract into the client, the same one everywhere, or says why not."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import compile_client
import pytest
import warm
from contract_yaml import read_yaml
from type_checking import mypy

Edit = Callable[[dict[str, Any]], None]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.fixture
def tree(root: Path, tmp_path: Path) -> Path:
    """A copy of what compiling needs, to be changed at will."""
    copy = tmp_path / "tree"
    for name in ("generator-templates", "tools", "generated/portkey_openapi"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("openapi.yaml", "generator-config.yaml"):
        shutil.copy(root / name, copy / name)
    return copy


def compile_tree(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run what `make generate` runs, in this process; the generator is a process of its own, as there."""
    compiler = load(tree / "tools" / "compile_client.py")
    out, err = io.StringIO(), io.StringIO()
    with patch.object(subprocess, "Popen", started), redirect_stdout(out), redirect_stderr(err), chdir(tree):
        code = compiler.main(list(arguments))
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def started(command: list[str], *more: Any, **options: Any) -> subprocess.Popen[Any]:
    """Start a tool; a Python begins as a copy of one that has imported what the generator needs."""
    kind = warm.Program if command[0] == sys.executable else popen
    return kind(command, *more, **options)


popen = subprocess.Popen


def load(program: Path) -> ModuleType:
    """Load a tree's program as a module."""
    spec = spec_from_file_location(program.stem, program)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    with patch.dict(sys.modules, {program.stem: module}):
        spec.loader.exec_module(module)
    return module


@cache
def as_json(contract: bytes) -> str:
    return json.dumps(read_yaml(contract), default=str)


def edit(tree: Path, change: Edit) -> None:
    document = json.loads(as_json((tree / "openapi.yaml").read_bytes()))
    change(document)
    (tree / "openapi.yaml").write_text(json.dumps(document, default=str), encoding="utf-8")


def package(tree: Path) -> Path:
    return tree / "generated" / "portkey_openapi"


def test_the_makefile_runs_the_compiler(root: Path) -> None:
    if not (root / "Makefile").is_file():
        pytest.skip("there is no Makefile in this tree")
    recipe = subprocess.run(["make", "-n", "generate"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert re.search(r"python[\d.]*\S* tools/compile_client\.py\s*($|&&|\n)", recipe), recipe


def test_what_is_committed_is_what_the_contract_compiles_to_whatever_the_machine(tree: Path, tmp_path: Path) -> None:
    before = compile_client.read_tree(package(tree))
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    (hostile / "ruff.toml").write_text("line-length = 40\n")
    done = subprocess.run(
        [sys.executable, str(tree / "tools" / "compile_client.py")],
        cwd=hostile,
        env={
            **os.environ,
            "LC_ALL": "C",
            "TZ": "Pacific/Kiritimati",
            "PYTHONHASHSEED": "4711",
            "PYTHONUTF8": "0",
            "PATH": "/nonexistent",
            "COLUMNS": "20",
            "TMPDIR": str(hostile),
            "RUFF_OUTPUT_FORMAT": "json",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert compile_client.read_tree(package(tree)) == before
    assert sorted(path.name for path in hostile.iterdir()) == ["ruff.toml"]
    assert sorted(path.name for path in (tree / "generated").iterdir()) == ["portkey_openapi"]


def test_every_file_bears_the_banner_and_the_contract_is_copied_byte_by_byte(root: Path) -> None:
    files = compile_client.read_tree(root / "generated" / "portkey_openapi")
    assert files.pop("openapi.yaml") == (root / "openapi.yaml").read_bytes()
    assert "py.typed" in files
    for name, content in files.items():
        assert content.decode().splitlines()[0] == compile_client.BANNER.strip(), name
        assert str(root).encode() not in content


def test_a_new_field_a_new_operation_and_a_removed_one_arrive(tree: Path, run_python: Callable[..., str]) -> None:
    def change(document: dict[str, Any]) -> None:
        schemas, paths = document["components"]["schemas"], document["paths"]
        schemas["PromptRender"]["properties"]["mood"] = {"type": "string", "description": "How it sounds."}
        schemas["Weather"] = {
            "type": "object",
            "description": "The weather.",
            "required": ["degrees"],
            "properties": {"degrees": {"type": "number", "description": "In °C."}},
        }
        success = {"description": "Now.", "content": {"application/json": {"schema": ref("Weather")}}}
        paths["/weather/{city}"] = {
            "get": {
                "operationId": "readWeather",
                "tags": ["labels"],
                "summary": "Read the weather",
                "parameters": [
                    {
                        "name": "city",
                        "in": "path",
                        "required": True,
                        "description": "Where.",
                        "schema": {"type": "string"},
                    }
                ],
                "responses": {"200": success},
            }
        }
        del paths["/labels/{label_id}"]["delete"]
        document["info"]["version"] = "1.1.0"

    edit(tree, change)
    drift = compile_tree(tree, "--check")
    assert drift.returncode == 1
    assert compile_tree(tree).returncode == 0
    assert compile_tree(tree, "--check").returncode == 0
    script = """
import importlib.util, json, portkey_openapi
from portkey_openapi.models import PromptRender, Weather
from portkey_openapi.api.labels import read_weather
print(json.dumps([
    portkey_openapi.API_VERSION,
    PromptRender.from_dict({"mood": "calm"}).mood,
    read_weather.request("Århus").path,
    read_weather.parse(200, {"degrees": -3.5}).degrees,
    type(read_weather.parse(200, {"degrees": 1})) is Weather,
    read_weather.parse(404, {"degrees": 1}),
    importlib.util.find_spec("portkey_openapi.api.labels.delete_label") is None,
]))
"""
    found = json.loads(run_python(script, tree / "generated"))
    assert found == ["1.1.0", "calm", "/weather/%C3%85rhus", -3.5, True, None, True]


def test_one_more_operation_is_a_small_diff(tree: Path) -> None:
    before = compile_client.read_tree(package(tree))

    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Note"] = {
            "type": "object",
            "additionalProperties": True,
            "description": "A note.",
            "required": ["text"],
            "properties": {"text": {"type": "string", "description": "What it says."}},
        }
        body = {"required": True, "content": {"application/json": {"schema": ref("Note")}}}
        document["paths"]["/notes"] = {
            "post": {
                "operationId": "annotatePrompt",
                "tags": ["prompts"],
                "summary": "Write a note",
                "requestBody": body,
                "responses": {"200": document["components"]["responses"]["Done"]},
            }
        }

    edit(tree, change)
    assert compile_tree(tree).returncode == 0
    after = compile_client.read_tree(package(tree))
    touched = {name for name in after if after[name] != before.get(name) and name.endswith(".py")}
    operation = "api/prompts/annotate_prompt.py"
    assert touched == {"contract.py", "models/__init__.py", "models/note.py", operation, "resources/prompts.py"}
    lines = {name: after[name].count(b"\n") - before.get(name, b"").count(b"\n") for name in touched}
    assert 0 < lines.pop("resources/prompts.py") < 45  # the method, sync and async
    assert 0 < sum(lines.values()) < 85


def test_a_check_names_files_missing_extra_and_different(tree: Path) -> None:
    (package(tree) / "records.py").unlink()
    (package(tree) / "stray.py").write_text("")
    with (package(tree) / "models" / "usage.py").open("a") as file:
        file.write("# one appended line\n")
    cache = package(tree) / "__pycache__"
    cache.mkdir()
    (cache / "x.pyc").write_bytes(b"x")
    drift = compile_tree(tree, "--check")
    assert drift.returncode == 1
    assert drift.stderr.splitlines()[:3] == ["missing: records.py", "extra: stray.py", "different: models/usage.py"]
    assert "    -# one appended line" in drift.stderr.splitlines()
    assert "run `make generate`" in drift.stderr
    assert "pycache" not in drift.stderr
    assert compile_tree(tree).returncode == 0
    assert not (package(tree) / "stray.py").exists()


def test_a_check_writes_nothing(tree: Path) -> None:
    shutil.rmtree(package(tree))
    assert compile_tree(tree, "--check").returncode == 1
    assert not package(tree).exists()


DEPRECATED = """
import asyncio, json, warnings
from portkey_openapi import AsyncClient, Client
from portkey_openapi.api.labels import list_labels, retrieve_label
def of(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            call()
        except Exception as error:
            assert "connect" in f"{type(error).__name__} {error}".lower(), error
    return [[each.category.__name__, str(each.message), each.filename] for each in caught]
options = {"base_url": "http://127.0.0.1:9/v1", "api_key": "k", "max_retries": 0}
client = Client(**options)
async def listed():
    async with AsyncClient(**options) as client:
        await client.labels.list()
warned = [of(client.labels.list), of(lambda: asyncio.run(listed())), of(lambda: client.labels.delete("l"))]
raw = [each[:2] for each in of(client.labels.with_raw_response.list)]
documented = ["Deprecated: " in each.__doc__ for each in
    (client.labels.list, client.labels.retrieve, list_labels.request, retrieve_label.request)]
print(json.dumps([warned, raw, documented]))
"""


def test_a_deprecated_operation_says_so_where_it_is_called_and_documented(
    tree: Path, tmp_path: Path, run_python: Callable[..., str]
) -> None:
    edit(tree, lambda document: document["paths"]["/labels"]["get"].update(deprecated=True))
    assert compile_tree(tree).stderr == ""
    warning = ["DeprecationWarning", "`listLabels` is deprecated: a later contract may not have it"]
    warned, raw, documented = json.loads(run_python(DEPRECATED, tree / "generated"))
    assert warned == [[[*warning, "<string>"]], [[*warning, "<string>"]], []]
    assert raw == [warning]
    assert documented == [True, False, True, False]
    program = "import portkey_openapi\nlabels = portkey_openapi.Client().labels\nlabels.retrieve('l')\nlabels.list()\n"
    (tmp_path / "program.py").write_text(program)
    (tmp_path / "mypy.ini").write_text(
        f"[mypy]\nstrict = true\nenable_error_code = deprecated\nmypy_path = {tree / 'generated'}\n"
    )
    checked = mypy(tmp_path, "--config-file", "mypy.ini", tmp_path / "program.py", cwd=tmp_path)
    assert re.findall(r"program\.py:(\d+).*`listLabels` is deprecated", checked.stdout) == ["4"], checked.stdout


def labels_only(paths: dict[str, Any]) -> dict[str, Any]:
    """Return a small part of the contract: what is wrong is found in it as in the whole."""
    return {path: item for path, item in paths.items() if path.startswith("/labels")}


def break_response(document: dict[str, Any]) -> None:
    operation = document["paths"]["/labels"]["get"]
    operation["responses"]["200"] = {"description": "x", "content": {"application/pdf": {"schema": ref("Label")}}}


def break_reference(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Label"]["properties"]["owner"] = ref("Nobody")


def break_path(document: dict[str, Any]) -> None:
    document["paths"]["/labels/{other}"] = document["paths"].pop("/labels/{label_id}")


def break_operation_id(document: dict[str, Any]) -> None:
    document["paths"]["/labels"]["get"]["operationId"] = "listHTTPLabels"


def break_method(document: dict[str, Any]) -> None:
    document["paths"]["/everything"] = {"get": {**document["paths"]["/labels"]["get"], "operationId": "listEverything"}}


def break_resource(document: dict[str, Any]) -> None:
    document["paths"]["/labels"]["get"]["x-resource"] = "Our Labels"


def break_argument(document: dict[str, Any]) -> None:
    add_parameter(document["paths"]["/labels/{label_id}"]["put"], "name")


def break_by_hand(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["LabelCreate"]["properties"]["max-size"] = {"type": "integer"}
    document["paths"]["/labels"]["post"] |= {"x-by-hand": True, "operationId": "createGeneration"}


def break_segment(document: dict[str, Any]) -> None:
    item = document["paths"].pop("/labels/{label_id}")
    item["parameters"] = [{"name": "options", "in": "path", "required": True, "schema": {"type": "string"}}]
    document["paths"]["/labels/{options}"] = item


def break_path_in(segment: str) -> Edit:
    """Have a path end with a segment that is not one parameter alone, nor a fixed word."""

    def change(document: dict[str, Any]) -> None:
        item = document["paths"].pop("/labels/{label_id}")
        item["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)\}", segment)
        ]
        document["paths"][f"/labels/{segment}"] = item

    return change


def break_alias(document: dict[str, Any]) -> None:
    document["components"]["parameters"]["LabelId"]["x-alias"] = "class"


def break_page(document: dict[str, Any]) -> None:
    document["components"]["parameters"]["CurrentPage"]["required"] = True


def break_client(document: dict[str, Any]) -> None:
    document["paths"]["/labels"]["get"]["x-resource"] = "close"


def break_class(document: dict[str, Any]) -> None:
    document["paths"]["/labels"]["get"]["x-resource"] = "label_sets"
    document["paths"]["/labels"]["post"]["x-resource"] = "labels.sets"


def break_cookie(document: dict[str, Any]) -> None:
    add_parameter(document["paths"]["/labels"]["get"], "session", place="cookie")


def break_query(document: dict[str, Any]) -> None:
    add_parameter(document["paths"]["/labels"]["get"], "filter", {"type": "object", "properties": {"a": {}}})


def add_parameter(operation: dict[str, Any], name: str, schema: Any = None, place: str = "query") -> None:
    schema = schema or {"type": "string"}
    operation.setdefault("parameters", []).append({"name": name, "in": place, "schema": schema})


def takes(content_type: str) -> Edit:
    """Have an operation take a body of another kind than JSON."""
    content = {content_type: {"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}}
    return lambda document: document["paths"]["/labels"]["post"].update(requestBody={"content": content})


def answers(content_type: str, schema: dict[str, Any]) -> Edit:
    """Have an operation answer something else than an object."""
    success = {"description": "It.", "content": {content_type: {"schema": schema}}}
    return lambda document: document["paths"]["/labels"]["post"]["responses"].update({"200": success})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (break_response, "Unsupported content_type application/pdf"),
        (break_reference, "Could not find reference in parsed models"),
        (break_path, "Path parameters do not match with path"),
        (break_operation_id, "the operationId listHTTPLabels did not survive"),
        (break_method, "listLabels and listEverything would both be labels.list()"),
        (break_resource, "listLabels would be a method of 'Our Labels'"),
        (break_argument, "updateLabel has two arguments called name"),
        (break_by_hand, "createGeneration is written by hand, and has the field max-size"),
        (break_segment, "retrieveLabel has a parameter called options"),
        (break_path_in("{label_id}:{part}"), "the path /labels/{label_id}:{part} has the segment {label_id}:{part}"),
        (break_path_in("{label_id}:archive"), "has the segment {label_id}:archive: a segment is a fixed word or one"),
        (break_path_in("l-{label_id}"), "has the segment l-{label_id}"),
        (break_alias, "has a parameter with the x-alias 'class'"),
        (break_page, "listLabels has a current_page that is no optional integer"),
        (break_client, "a client has something else called close"),
        (break_class, "label_sets and labels.sets would be one class"),
        (break_cookie, "listLabels has the cookie session"),
        (break_query, "listLabels has the query parameter filter, an object"),
        (takes("multipart/form-data"), "createLabel takes multipart/form-data: only JSON can be sent"),
        (takes("application/x-www-form-urlencoded"), "createLabel takes application/x-www-form-urlencoded"),
        (answers("application/json", {"type": "array", "items": ref("Label")}), "answers no JSON object with 200"),
        (answers("text/plain", {"type": "string"}), "createLabel answers no JSON object with 200"),
        (lambda document: document.pop("paths"), "paths"),
        (lambda document: document.pop("openapi"), "no key `openapi`"),
        (lambda document: document["components"].pop("securitySchemes"), "securitySchemes"),
        (lambda document: document["info"].update(version=1.0), "version"),
    ],
)
def test_a_warning_of_the_generator_fails_the_build_and_leaves_the_client_alone(
    tree: Path, change: Edit, message: str
) -> None:
    before = compile_client.read_tree(package(tree))

    def of_labels(document: dict[str, Any]) -> None:
        answered = document["paths"]["/prompts/{prompt_id}/render"]["post"]["responses"]["200"]["headers"]
        document["components"]["responses"]["Failure"]["headers"] |= answered  # a contract says what names a request
        document["paths"] = labels_only(document["paths"])
        change(document)

    edit(tree, of_labels)
    done = compile_tree(tree)
    assert done.returncode == 1
    assert done.stderr.startswith("not compiled: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert compile_client.read_tree(package(tree)) == before


@pytest.mark.parametrize(
    ("text", "message"), [("a: [", "can't be read"), ("- x", "no OpenAPI document"), (None, "can't be read")]
)
def test_a_file_that_is_no_contract_is_refused(tree: Path, text: str | None, message: str) -> None:
    contract = tree / "other.yaml"
    if text is not None:
        contract.write_text(text)
    done = compile_tree(tree, "--contract", str(contract))
    assert done.returncode == 1
    assert message in done.stderr


def test_a_folder_that_holds_something_else_is_not_replaced(tree: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    done = compile_tree(tree, "--output", str(precious))
    assert done.returncode == 1
    assert "name another folder" in done.stderr
    assert (precious / "thesis.txt").read_text() == "years of work"


def test_another_version_of_a_tool_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path) -> None:
    monkeypatch.setitem(compile_client.PINS, "ruff", "0.0.1")
    assert compile_client.main(["--output", str(tmp_path / "x")]) == 1
    assert "ruff 0.0.1 is needed" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_hostile_text_of_a_contract_stays_text(tree: Path, run_python: Callable[..., str]) -> None:
    text = 'Ends with a quote " and """ and a \\ and {braces} and \\U0001 and "'

    def change(document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        schemas["Usage"]["description"] = text
        schemas["Usage"]["properties"]['we"ird\\name'] = {"type": "string", "description": text}
        document["paths"]["/labels"]["get"]["description"] = text
        document["paths"]["/labels"]["get"]["summary"] = text
        document["info"]["title"] = text
        for parameter in document["components"]["parameters"].values():
            parameter["description"] = text

    edit(tree, change)
    assert compile_tree(tree).stderr == ""
    script = """
from portkey_openapi.models import Usage
from portkey_openapi.api.labels import list_labels
import portkey_openapi.client
print(Usage.from_dict({'we"ird\\\\name': "x"}).weird_name, " ".join(Usage.__doc__.split()))
"""
    assert run_python(script, tree / "generated").strip() == f"x {text}"


# Constructs that the contract does not use today; the templates are ready for them.
PROBE: dict[str, Any] = {
    "Item": {"type": "object", "description": "An item.", "properties": {"size": {"type": "integer"}}},
    "Other": {"type": "object", "properties": {"weight": {"type": "integer"}}},
    "Scores": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Item"}},
    "Probe": {
        "type": "object",
        "required": ["class", "scores"],
        "properties": {
            "class": {"type": "string"},
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
            "copy": {"type": "boolean"},
            "list": {"type": "integer"},
            "int": {"type": "integer"},
            "type": {"type": "string"},
            "object": {"const": "probe"},
            "getHeaders": {"type": "string"},
            "scores": {"$ref": "#/components/schemas/Scores"},
            "either": {"anyOf": [{"$ref": "#/components/schemas/Item"}, {"$ref": "#/components/schemas/Other"}]},
            "composed": {"allOf": [{"$ref": "#/components/schemas/Item"}], "description": "Its own words."},
            "colour": {"type": "string", "enum": ["red", "green"]},
            "days": {"type": "array", "items": {"type": "string", "format": "date-time"}},
            "uid": {"type": "string", "format": "uuid"},
            "day": {"type": "string", "format": "date"},
            "anything": {},
        },
    },
}


def test_constructs_that_the_contract_may_use_one_day_compile(tree: Path, run_python: Callable[..., str]) -> None:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"].update(PROBE)
        success = {"description": "It.", "content": {"application/json": {"schema": ref("Probe")}}}
        failure = {"description": "No.", "content": {"application/json": {"schema": ref("GatewayError")}}}
        document["paths"]["/probe"] = {
            "get": {
                "operationId": "probe",
                "tags": ["labels"],
                "parameters": [
                    {"name": "from", "in": "query", "required": True, "schema": {"type": "string"}},
                    {"name": "flags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "x-dry-run", "in": "header", "schema": {"type": "boolean"}},
                ],
                "responses": {"200": success, "4XX": failure, "503": failure, "204": {"description": "Nothing."}},
            }
        }

    edit(tree, change)
    done = compile_tree(tree)
    assert done.returncode == 0, done.stderr
    script = """
from portkey_openapi.api.labels import probe
from portkey_openapi.models import GatewayError, Probe
request = probe.request(from_="a", flags=["x", "y"], x_dry_run=True)
assert request.params == {"from": "a", "flags": ["x", "y"]}, request.params
assert request.headers == {"x-dry-run": "true"}, request.headers
p = probe.parse(200, {
    "class": "c", "items": [{"size": 1}], "copy": True, "list": 3, "int": 4, "type": "t", "object": "other",
    "getHeaders": "h", "scores": {"a": {"size": 5}}, "either": {"size": 6}, "composed": {"size": 7},
    "colour": "blue", "days": ["2026-05-29T01:11:58Z"], "uid": "no uuid", "day": "no day", "anything": {"x": 1},
})
assert isinstance(p, Probe)
assert (p.class_, p.items_[0].size, p.copy_, p.list_, p.int_, p.type, p.object) == ("c", 1, True, 3, 4, "t", "other")
assert p.get_headers_ == "h" and p.get_headers() == {} and p.items() and p.copy() == p
assert p.scores["a"].size == 5 and type(p.either) is dict and p.composed.size == 7
assert (p.colour, p.days[0].year, p.uid, p.day, p.anything) == ("blue", 2026, "no uuid", "no day", {"x": 1})
assert Probe(class_="c", scores={}, items_=[]) == {"class": "c", "scores": {}, "items": []}
assert isinstance(probe.parse(404, {"status": "x", "message": "y"}), GatewayError)
assert isinstance(probe.parse(503, {"status": "x", "message": "y"}), GatewayError)
assert probe.parse(500, {"status": "x", "message": "y"}) is None
"""
    run_python(script, tree / "generated")
    types = mypy(tree, "-p", "portkey_openapi", cwd=tree / "generated")
    assert types.returncode == 0, types.stdout


def unusual_operations(document: dict[str, Any]) -> None:
    """Add what no operation has today: names that are options or Python's, ids that are numbers, bodies of lists."""
    note = {"type": "object", "additionalProperties": True, "required": ["text", "metadata"], "properties": {}}
    note["properties"] = {"text": {"type": "string"}, "metadata": ref("FreeForm"), "timeout": {"type": "integer"}}
    document["components"]["schemas"]["Note"] = note
    text, done = {"type": "string"}, {"200": document["components"]["responses"]["Done"]}

    def body(schema: dict[str, Any]) -> dict[str, Any]:
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    place = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    post = {"operationId": "annotateLabel", "tags": ["labels"], "requestBody": body(ref("Note")), "responses": done}
    document["paths"]["/labels/{number}/notes"] = {"parameters": [place], "post": post}
    batch = body({"type": "array", "items": ref("Note")})
    answered = {"204": {"description": "Nothing."}}
    document["paths"]["/labels/batch"] = {
        "post": {"operationId": "importLabels", "tags": ["labels"], "requestBody": batch, "responses": answered}
    }
    asked = [
        {"name": "since", "in": "query", "schema": {**text, "format": "date-time"}},
        {"name": "kinds", "in": "query", "schema": {"type": "array", "items": text}},
        {"name": "page", "in": "query", "schema": {"type": "integer"}},
        {"name": "x-dry-run", "in": "header", "schema": {"type": "boolean"}},
    ]
    document["paths"]["/audits"] = {
        "get": {"operationId": "listAudits", "tags": ["audit trail"], "parameters": asked, "responses": done}
    }
    odd = dict.fromkeys(("in", "name", "max-size", "list", "self", "models", "api-key", "type"), text)
    document["components"]["schemas"]["Odd"] = {
        "type": "object",
        "description": "Names that Python can't say, or uses itself.",
        "required": ["in", "name"],
        "properties": {**odd, "last": ref("Note")},
    }
    segments = [
        {**place, "x-alias": "number_of_it"},
        {"name": "import", "in": "path", "required": True, "schema": text},
    ]
    options = [{"name": name, "in": "query", "schema": text} for name in ("timeout", "type", "options", "class")]
    document["paths"]["/odd/{number}/{import}"] = {
        "parameters": segments,
        "put": {"operationId": "raiseOdd", "tags": ["odd"], "requestBody": body(ref("Odd")), "responses": done},
        "delete": {"operationId": "deleteOdd", "tags": ["odd"], "parameters": options, "responses": done},
    }
    headed = [{"name": "if-match", "in": "header", "required": True, "schema": text}]
    document["paths"]["/odd"] = {
        "get": {"operationId": "readOdd", "tags": ["odd"], "parameters": headed, "responses": done}
    }
    document["paths"]["/ping"] = {"get": {"operationId": "pingService", "responses": answered}}


UNUSUAL_CALLS = """
import datetime
from portkey_openapi import Client
client = Client("http://x/v1")
def calls() -> None:
    client.labels.annotate(7, text="t", metadata={"a": 1}, timeout=3)
    client.audit_trail.list(since=datetime.datetime(2026, 5, 1), kinds=["a"], page=2, x_dry_run=True)
    client.labels.import_(body=[{"text": "x"}])
    client.default.ping()
    client.odd.raise_(7, "a", in_="b", name="n", max_size="c", list_="d", self_="e", models_="f", api_key="g", type="h")
    client.odd.raise_(number_of_it=7, import_="a", in_="b", name="n", last={"text": "x"}, timeout=3)
    client.odd.delete(7, "a", timeout="b", type="c", options_="d", class_="e", trace_id="f")
    client.odd.read(if_match="v")
"""
WHAT_IS_SENT = """
import json
class Pool:
    def client(self): return self
    def send(self, request, **_): raise RuntimeError(f"{request.method} {request.url} {request.content.decode()}")
client._pool, client._max_retries = Pool(), 0
sent = []
for line in CALLS:
    try:
        exec(line)
    except RuntimeError as error:
        sent.append(str(error))
print(json.dumps(sent))
"""


def test_operations_of_unusual_forms_are_methods_too(
    tree: Path, tmp_path: Path, run_python: Callable[..., str]
) -> None:
    edit(tree, unusual_operations)
    assert compile_tree(tree).stderr == ""
    (tmp_path / "calls.py").write_text(UNUSUAL_CALLS)
    checked = mypy(tmp_path, tmp_path / "calls.py", cwd=tree / "generated")
    assert checked.returncode == 0, checked.stdout
    lines = [line.strip() for line in UNUSUAL_CALLS.splitlines() if line.startswith("    ")]
    sent = json.loads(run_python(f"{UNUSUAL_CALLS}CALLS = {lines}{WHAT_IS_SENT}", tree / "generated"))
    assert sent == [
        'POST http://x/v1/labels/7/notes {"text":"t","metadata":{"a":1},"timeout":3}',
        "GET http://x/v1/audits?since=2026-05-01T00%3A00%3A00&kinds=a&page=2 ",
        'POST http://x/v1/labels/batch [{"text":"x"}]',
        "GET http://x/v1/ping ",
        'PUT http://x/v1/odd/7/a {"in":"b","name":"n","max-size":"c","list":"d","self":"e","models":"f",'
        '"api-key":"g","type":"h"}',
        'PUT http://x/v1/odd/7/a {"in":"b","name":"n","last":{"text":"x"}}',
        "DELETE http://x/v1/odd/7/a?timeout=b&type=c&options=d&class=e ",
        "GET http://x/v1/odd ",
    ]


WRONG_CALLS = [
    'client.labels.annotate(7, text="t", metadata={}, timeout="soon")',
    'client.odd.raise_("7", "a", in_="b", name="n")',
    'client.odd.raise_(number_of_it="7", import_="a", in_="b", name="n")',
    'client.odd.raise_(7, "a", name="n")',
    'client.odd.raise_(7, "a", in_=5, name="n")',
    'client.odd.raise_(7, "a", in_="b", name="n", max_siz="c")',
    'client.odd.delete(7, "a", timeout=3)',
    'client.odd.delete(7, "a", max_retries="c")',
    "client.odd.read()",
]


def test_wrong_calls_of_unusual_operations_are_refused_by_the_type_checker(tree: Path, tmp_path: Path) -> None:
    edit(tree, unusual_operations)
    assert compile_tree(tree).stderr == ""
    program = ["from portkey_openapi import Client", "client = Client()", *WRONG_CALLS]
    (tmp_path / "calls.py").write_text("\n".join(program))
    said = mypy(tmp_path, tmp_path / "calls.py", cwd=tree / "generated").stdout
    assert {int(line) for line in re.findall(r"calls\.py:(\d+)", said)} == set(range(3, len(program) + 1)), said


def lists_of_unusual_forms(document: dict[str, Any]) -> None:
    """Add lists of pages that hold texts, that inherit from another list, and that have other names for their parts."""
    text, count = {"type": "string"}, {"type": "integer"}

    def envelope(name: str, item: dict[str, Any]) -> dict[str, Any]:
        fields = {"object": text, "total": count, name: {"type": "array", "items": item}}
        return {"type": "object", "required": [*fields], "properties": fields}

    more = {"type": "object", "properties": {"next": text}}
    lists = {
        "Words": envelope("data", text),
        "Further": {"allOf": [ref("LabelList"), more]},
        "Others": envelope("entries", ref("Label")),
    }
    document["components"]["schemas"].update(lists)
    paging = {"parameters": [{"$ref": "#/components/parameters/CurrentPage"}]}
    for name in lists:
        success = {"description": "It.", "content": {"application/json": {"schema": ref(name)}}}
        document["paths"][f"/{name.lower()}"] = {
            "get": {"operationId": f"list{name}", "tags": [name.lower()], **paging, "responses": {"200": success}}
        }


LISTS = """
import json
from typing import Any
from portkey_openapi import Client
from portkey_openapi.models import Label
client = Client("http://x/v1")
asked: list[str] = []
pages = [["a", "b"], ["c"]]
class Calls:
    def call(self, request: Any, parse: Any, options: Any, *, repeatable: bool = False) -> Any:
        number = request.params.get("current_page", 0)
        asked.append(f"{request.path} {number}")
        name = "entries" if request.path == "/others" else "data"
        items = [one if request.path == "/words" else {"id": one} for one in pages[number]]
        return parse(200, {"object": "list", "total": 3, name: items})
client._caller = Calls()
words: list[str] = [word for word in client.words.list()]
ids: list[str] = [one.id or "" for one in client.further.list()]
once: list[Label] = client.others.list(current_page=1).entries
print(json.dumps([words, ids, once, asked]))
"""


def test_lists_of_unusual_forms_are_gone_through_where_they_can_be(
    tree: Path, tmp_path: Path, run_python: Callable[..., str]
) -> None:
    edit(tree, lists_of_unusual_forms)
    assert compile_tree(tree).stderr == ""
    (tmp_path / "lists.py").write_text(LISTS)
    checked = mypy(tmp_path, tmp_path / "lists.py", cwd=tree / "generated")
    assert checked.returncode == 0, checked.stdout
    words, ids, once, asked = json.loads(run_python(LISTS, tree / "generated"))
    assert words == ids == ["a", "b", "c"]
    assert once == [{"id": "c"}]
    assert asked == ["/words 0", "/words 1", "/further 0", "/further 1", "/others 1"]
