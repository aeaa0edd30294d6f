"""A field that the contract gains, and nothing else says: it is kept, answered, carried, locked and compared."""

from __future__ import annotations

from pathlib import Path

from repository_copy import Run

SCRIPT = """
import io, json, os, sys, warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

warnings.simplefilter("ignore", DeprecationWarning)
from portkey_ai import BadRequestError, Portkey
from portkey_cli.main import main
from portkey_local import LocalServer

here = Path.cwd()
seen = {}

def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(arguments))
    assert code == 0, (arguments, code, err.getvalue())
    return out.getvalue()

def read(portkey):
    versions = [portkey.prompts.retrieve(f"{slug}@{number}") for number in (1, 2, 3)]
    return {
        "versions": [[each.owner, each.route, each.string] for each in versions],
        "by id": portkey.prompts.versions.retrieve(slug, versions[1].prompt_version_id).owner,
        "partial": portkey.prompts.partials.retrieve(ids["partial"]).owner,
        "partials listed": [each.owner for each in portkey.prompts.partials.list().data],
        "label": portkey.labels.retrieve(ids["label"]).owner,
        "collection": portkey.collections.retrieve(ids["collection"]).owner,
        "kept until": [
            versions[-1].kept_until,
            portkey.prompts.partials.retrieve(ids["partial"]).kept_until,
            portkey.labels.retrieve(ids["label"]).kept_until,
            portkey.collections.retrieve(ids["collection"]).kept_until,
        ],
    }

first, second = (f"sqlite:///{here / name}.db" for name in ("first", "second"))
with LocalServer(first) as server, Portkey(base_url=server.base_url) as portkey:
    made = portkey.prompts.create(
        name="x", collection_id="default", string="one", parameters={}, owner="a", route={"to": 1}, kept_until="1"
    )
    slug = made.slug
    portkey.prompts.versions.create(slug, string="two")                     # takes over what is left out
    portkey.prompts.versions.create(slug, owner="b", route=None)            # alone it makes a version
    ids = {
        "partial": portkey.prompts.partials.create(name="p", string="t", owner="a", kept_until="1").slug,
        "label": portkey.labels.create(name="l", owner="a", kept_until="1").id,
        "collection": portkey.collections.create(name="c", owner="a", kept_until="1").slug,
    }
    seen["made"] = read(portkey)
    portkey.prompts.partials.update(ids["partial"], owner="b")
    portkey.labels.update(ids["label"], owner="b")
    portkey.collections.update(ids["collection"], owner="b")
    seen["changed"] = read(portkey)
    portkey.labels.update(ids["label"], description="else")
    portkey.collections.update(ids["collection"], name="else")
    portkey.prompts.partials.update(ids["partial"], name="else")
    seen["kept"] = read(portkey)
    try:
        portkey.labels.create(name="wrong", extra_body={"owner": 5})
    except BadRequestError as error:
        seen["refused"] = str(error)
    os.environ["PORTKEY_BASE_URL"] = server.base_url
    seen["diff"] = json.loads(run("diff", f"{slug}@2", "@3", "--json"))["changes"]
    run("lock", f"{slug}@2", "--file", "prompts.lock")
    one = Path("prompts.lock").read_text()
    run("lock", f"{slug}@3", "--file", "other.lock")
    seen["locked"] = [json.loads(one), json.loads(Path("other.lock").read_text())]
run("export", "--database", first, "--output", "all.jsonl")
run("import", "all.jsonl", "--database", second)
run("export", "--database", second, "--output", "again.jsonl")
seen["exported again"] = Path("again.jsonl").read_bytes() == Path("all.jsonl").read_bytes()
with LocalServer(second) as server, Portkey(base_url=server.base_url) as portkey:
    seen["imported"] = read(portkey)
spoiled = Path("all.jsonl").read_text(encoding="utf-8").replace('"owner":"a"', '"owner":5', 1)
Path("spoiled.jsonl").write_text(spoiled, encoding="utf-8")
with redirect_stderr(io.StringIO()) as err:
    assert main(["import", "spoiled.jsonl", "--database", f"sqlite:///{here / 'third'}.db"]) == 1
seen["spoiled"] = err.getvalue()
print(json.dumps(seen))
"""


def test_a_field_of_every_thing_takes_no_other_edit_than_the_contract_s(grown: Path, run_python: Run) -> None:
    seen = run_python(SCRIPT, grown)

    made = {
        "versions": [["a", {"to": 1}, "one"], ["a", {"to": 1}, "two"], ["b", {"to": 1}, "two"]],
        "by id": "a",
        "partial": "a",
        "partials listed": ["a"],
        "label": "a",
        "collection": "a",
        "kept until": ["1"] * 4,
    }
    changed = {**made, "partial": "b", "partials listed": ["b"], "label": "b", "collection": "b"}
    assert seen["made"] == made
    assert seen["changed"] == seen["kept"] == seen["imported"] == changed
    assert seen["exported again"]
    assert "`owner` must be a string or null" in seen["refused"]
    assert [(each["kind"], each["where"]) for each in seen["diff"]] == [("setting", "owner")]
    two, three = (next(iter(locked["prompts"].values())) for locked in seen["locked"])
    assert (two["detail"]["owner"], three["detail"]["owner"]) == ("a", "b")
    assert two["detail"]["kept-until"] == "1"
    assert two["sha256"] != three["sha256"]
    assert "`owner` must be a string or null" in seen["spoiled"]
    assert "Nothing was changed" in seen["spoiled"]
