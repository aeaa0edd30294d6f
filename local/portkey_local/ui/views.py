"""The views: what each address under `/ui` shows, and what its forms do by way of the API's operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.types import ASGIApp

from portkey_local.clock import stamp
from portkey_local.errors import ApiError, ConflictError, UnauthorizedError
from portkey_local.http.request import DEADLINE
from portkey_local.store import labels, prompts, runs, versions
from portkey_prompts.diff import compare

from . import charts, drafts
from .desk import Tried
from .drafts import Form
from .visit import PREFIX, Visit, go

_PAGE_SIZE = 50
_MOST_VERSIONS = 1000
_DAYS = 30
_MOST_DIFFED = 200_000
"""Characters of two versions up to which their lines are compared one by one."""
_MOST_LINES = 2_000
_MOST_SHOWN = 50_000
"""Characters of one message that are shown."""
_NEW_CHAT = '[{"role": "system", "content": ""}, {"role": "user", "content": "Hello {{name}}!"}]'
_NEW_TEXT = "Hello {{name}}!"


async def show_login(visit: Visit) -> ASGIApp:
    """Ask for a key."""
    return visit.show("login.html", next=visit.query.get("next", PREFIX), problem="")


async def log_in(visit: Visit) -> ASGIApp:
    """Begin a session, where the key is one."""
    form = await visit.form()
    key, wanted = form.get("key").strip(), form.get("next")
    try:
        await visit.enter(key)
    except UnauthorizedError as error:
        problem = error.message if key else "Type the key."
        return visit.show("login.html", error.status, next=wanted, problem=problem)
    # Only the page's own addresses: whoever made the link must not choose where somebody goes who has just signed in.
    path = wanted.removeprefix(PREFIX) if wanted.startswith(f"{PREFIX}/") else "/"
    return go(quote(path), visit.desk.sessions.begin(visit.headers, key) if key else "")


async def log_out(visit: Visit) -> ASGIApp:
    """End a session."""
    return go("/login", visit.desk.sessions.end(visit.headers))


async def show_list(visit: Visit) -> ASGIApp:
    """List prompts: all, those of a collection, those whose names hold a text."""
    search, collection = visit.query.get("search", ""), visit.query.get("collection", "")
    page = drafts.whole(visit.query.get("page", "")) or 0
    query = {"search": search or None, "collection_id": collection or None, "current_page": page}
    found = await visit.call("listPrompts", query={**query, "page_size": _PAGE_SIZE})
    borne = await visit.desk.parts.store.read(labels.in_force, [each["id"] for each in found["data"]])
    asked = {"search": search, "collection": collection, "collections": await _collections(visit)}
    shown: dict[str, Any] = {"prompts": found["data"], "total": found["total"], "labels": borne, "page": page}
    return visit.show("list.html", pages=-(-found["total"] // _PAGE_SIZE), **asked, **shown)


async def show_new(visit: Visit) -> ASGIApp:
    """Show the form for a new prompt."""
    visit.caller.check_may("write")
    string = _NEW_TEXT if visit.query.get("kind") == "text" else _NEW_CHAT
    detail = {"string": string, "model": None, "virtual_key": None, "parameters": None}
    return await _editor(visit, detail, None, await _collections(visit))


async def create(visit: Visit) -> ASGIApp:
    """Make a prompt."""
    form = await visit.form()
    further = {name: form.get(name) for name in ("name", "collection_id", "version_description")}
    made = await visit.call("createPrompt", body=drafts.merged({}, form.content() or {}) | further)
    return go(f"/prompts/{made['slug']}")


async def show_prompt(visit: Visit) -> ASGIApp:
    """Show a version, to be tried and changed; the latest one, unless another is named."""
    return await _editor(visit, await _detail(visit, visit.query.get("version")), await _history(visit))


async def save(visit: Visit) -> ASGIApp:
    """Make a version of what was typed, after the one that it began from."""
    form = await visit.form()
    begun, latest = await _detail(visit, form.get("base")), await _detail(visit, None)
    if begun["prompt_version"] != latest["prompt_version"] and not form.get("anyway"):
        raise ConflictError(f"Version {latest['prompt_version']} is newer than what you began from.")
    content = drafts.merged(begun, form.content() or {})
    await visit.call("updatePrompt", body={**content, "version_description": form.get("version_description")})
    return go(f"/prompts/{visit.path['prompt_id']}")


async def show_versions(visit: Visit) -> ASGIApp:
    """List a prompt's versions, with what publishes and labels them."""
    known = (await visit.call("listLabels", query={"page_size": 1000}))["data"]
    return visit.show("versions.html", history=await _history(visit), known=known)


async def publish(visit: Visit) -> ASGIApp:
    """Publish a version."""
    await visit.call("publishPrompt", body={"version": drafts.whole((await visit.form()).get("version"))})
    return go(f"/prompts/{visit.path['prompt_id']}/versions")


async def label(visit: Visit) -> ASGIApp:
    """Put a label on a version, made first where there is none of the name; no name takes all of them away."""
    form = await visit.form()
    name, label_id = form.get("label").strip(), None
    if name:
        found = await visit.call("listLabels", query={"search": name, "page_size": 1000})
        label_id = next((each["id"] for each in found["data"] if each["name"] == name), None)
        label_id = label_id or (await visit.call("createLabel", body={"name": name}))["id"]
    path = {"version_id": form.get("version_id")}
    await visit.call("updatePromptVersion", path=path, body={"label_id": label_id})
    return go(f"/prompts/{visit.path['prompt_id']}/versions")


async def show_comparison(visit: Visit) -> ASGIApp:
    """Show two versions side by side, and what the change means for those who call the prompt."""
    past, desk = await _history(visit), visit.desk
    latest = [str(each.number) for each in past["versions"][:2]]
    old, new = visit.query.get("old") or latest[-1], visit.query.get("new") or latest[0]
    details = [await _detail(visit, number) for number in (old, new)]
    tried = [await desk.take(detail, None, {}) for detail in details]
    inputs = {each.name: each for side in tried for each in await desk.inputs(side)}
    texts = {"old_partials": tried[0].partials, "new_partials": tried[1].partials}
    diff = await desk.worker.do(compare, details[0], details[1], **texts)
    is_short = sum(len(each["string"]) for each in details) <= _MOST_DIFFED
    lines = (await desk.worker.do(diff.unified)).splitlines()[2:_MOST_LINES] if is_short else None
    fields = drafts.fields_of(inputs.values())
    return visit.show("compare.html", history=past, old=old, new=new, diff=diff, lines=lines, fields=fields)


async def show_runs(visit: Visit) -> ASGIApp:
    """Show how the versions of a prompt ran in the last thirty days, and by which references they were called."""
    past, read = await _history(visit), visit.desk.parts.store.read
    since = stamp(datetime.now(UTC) - timedelta(days=_DAYS))
    choice = runs.Choice(prompt=past["prompt"].id, since=since)
    summed, latest = await read(runs.by_version, choice), await read(runs.latest, choice, 20)
    bars = [charts.bars([each[name] for each in summed]) for name in ("latency_ms", "first_token_ms")]
    references = await read(runs.references, choice, 20)
    shown: dict[str, Any] = {"summed": summed, "bars": bars, "latest": latest, "references": references}
    return visit.show("runs.html", history=past, days=_DAYS, **shown)


async def render(visit: Visit) -> ASGIApp:
    """Render what was typed, or a stored version, for the page's script to put in its place."""
    visit.caller.check_may("read")
    form = await visit.form()
    tried = await _tried(visit, form)
    inputs = await visit.desk.inputs(tried)
    try:
        rendered = await visit.desk.render(tried)
        told: dict[str, Any] = {"problem": "", "messages": rendered.messages, "prompt": rendered.prompt}
    except ApiError as error:
        told = {"problem": error.message, "messages": (), "prompt": ""}
    told["missing"] = [each.name for each in inputs if each.required and each.name not in tried.variables]
    partials, fields = tried.resolved.partials, drafts.fields_of(inputs, form)
    return visit.show("_rendered.html", fields=fields, partials=partials, most=_MOST_SHOWN, **told)


async def run(visit: Visit) -> ASGIApp:
    """Run what was typed, or a stored version; the answer is a stream of events, as the API's is."""
    visit.caller.check_may("run")
    tried = await _tried(visit, await visit.form())
    visit.scope["state"].pop(DEADLINE, None)
    return visit.desk.run(tried, visit.scope["state"]["trace_id"])


async def show_partials(visit: Visit) -> ASGIApp:
    """List partials."""
    return visit.show("partials.html", partials=(await visit.call("listPromptPartials"))["data"])


async def show_partial(visit: Visit) -> ASGIApp:
    """Show a partial, its versions, and which prompts use it."""
    partial = await visit.call("retrievePromptPartial", query={"version": visit.query.get("version")})
    versions = (await visit.call("listPromptPartialVersions"))["data"]
    users = await visit.desk.parts.store.read(prompts.including, partial["slug"], partial["id"])
    return visit.show("partial.html", partial=partial, versions=versions, users=users)


async def save_partial(visit: Visit) -> ASGIApp:
    """Make a version of a partial."""
    form = await visit.form()
    body = {name: form.get(name) for name in ("string", "version_description")}
    await visit.call("updatePromptPartial", body=body)
    return go(f"/partials/{visit.path['partial_id']}?version=latest")


async def publish_partial(visit: Visit) -> ASGIApp:
    """Publish a version of a partial."""
    await visit.call("publishPromptPartial", body={"version": drafts.whole((await visit.form()).get("version"))})
    return go(f"/partials/{visit.path['partial_id']}")


async def _editor(
    visit: Visit, detail: dict[str, Any], past: dict[str, Any] | None, collections: Sequence[Any] = ()
) -> ASGIApp:
    tried = await visit.desk.take(detail, None, {}) if past else await visit.desk.take(None, detail, {})
    fields, upstreams = drafts.fields_of(await visit.desk.inputs(tried)), visit.desk.parts.upstreams.names
    shown: dict[str, Any] = {"template": drafts.template_of(detail), "fields": fields, "upstreams": upstreams}
    return visit.show("prompt.html", detail=detail, history=past, collections=collections, **shown)


async def _tried(visit: Visit, form: Form) -> Tried:
    """Take what a form holds: a template, on top of the version that it began from, or variables alone."""
    is_new = "prompt_id" not in visit.path
    detail = None if is_new else await _detail(visit, form.get("base") or visit.query.get("version"))
    content, variables = await visit.desk.worker.do(form.content), await visit.desk.worker.do(form.variables)
    return await visit.desk.take(detail, content, variables)


async def _detail(visit: Visit, version: str | None) -> Any:
    return await visit.call("retrievePrompt", query={"version": version or "latest"})


async def _history(visit: Visit) -> dict[str, Any]:
    """Read a prompt's latest versions, without their content, and which labels they bear."""

    def read(connection: Connection, name: str) -> dict[str, Any]:
        prompt = prompts.find(connection, name)
        latest = versions.headings(connection, prompt.id, _MOST_VERSIONS)
        return {"prompt": prompt, "versions": latest, "labels": labels.of_prompt(connection, prompt.id)}

    visit.caller.check_may("read")
    return await visit.desk.parts.store.read(read, visit.path["prompt_id"])


async def _collections(visit: Visit) -> list[dict[str, Any]]:
    found = (await visit.call("listCollections", query={"page_size": 1000}))["data"]
    return sorted(found, key=lambda each: (not each["is_default"], each["name"]))


View = Callable[[Visit], Awaitable[ASGIApp]]
VIEWS: dict[tuple[str, str], View] = {
    ("GET", "/login"): show_login,
    ("POST", "/login"): log_in,
    ("POST", "/logout"): log_out,
    ("GET", ""): show_list,
    ("GET", "/"): show_list,
    ("GET", "/new"): show_new,
    ("POST", "/new/save"): create,
    ("GET", "/prompts/{prompt_id}"): show_prompt,
    ("POST", "/prompts/{prompt_id}/save"): save,
    ("GET", "/prompts/{prompt_id}/versions"): show_versions,
    ("POST", "/prompts/{prompt_id}/publish"): publish,
    ("POST", "/prompts/{prompt_id}/label"): label,
    ("GET", "/prompts/{prompt_id}/compare"): show_comparison,
    ("GET", "/prompts/{prompt_id}/runs"): show_runs,
    ("POST", "/new/render"): render,
    ("POST", "/prompts/{prompt_id}/render"): render,
    ("POST", "/new/run"): run,
    ("POST", "/prompts/{prompt_id}/run"): run,
    ("GET", "/partials"): show_partials,
    ("GET", "/partials/{partial_id}"): show_partial,
    ("POST", "/partials/{partial_id}/save"): save_partial,
    ("POST", "/partials/{partial_id}/publish"): publish_partial,
}
"""The views by method and path, below `/ui`."""
