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
from portkey_local.store import inclusions, labels, prompts, runs, versions
from portkey_prompts.diff import compare

from . import forms, html
from .backend import Draft
from .html import PREFIX, go
from .request import PageRequest

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


async def show_login(request: PageRequest) -> ASGIApp:
    """Ask for a key."""
    return request.show("login.html", next=request.query.get("next", PREFIX), problem="")


async def log_in(request: PageRequest) -> ASGIApp:
    """Begin a session, where the key is valid."""
    form = await request.form()
    key, wanted = form.get("key").strip(), form.get("next")
    try:
        await request.enter(key)
    except UnauthorizedError as error:
        problem = error.message if key else "Type the key."
        return request.show("login.html", error.status, next=wanted, problem=problem)
    # Only the page's own addresses: whoever made the link must not choose where somebody goes who has just signed in.
    path = wanted.removeprefix(PREFIX) if wanted.startswith(f"{PREFIX}/") else "/"
    return go(quote(path), request.sessions.begin(request.headers, key) if key else "")


async def log_out(request: PageRequest) -> ASGIApp:
    """End a session."""
    return go("/login", request.sessions.end(request.headers))


async def show_list(request: PageRequest) -> ASGIApp:
    """List prompts: all, those of a collection, those whose names hold a text."""
    search, collection = request.query.get("search", ""), request.query.get("collection", "")
    page = forms.whole(request.query.get("page", "")) or 0
    query = {"search": search or None, "collection_id": collection or None, "current_page": page}
    found = await request.call("listPrompts", query={**query, "page_size": _PAGE_SIZE})
    labelled = await request.backend.parts.store.read(labels.in_force, [each["id"] for each in found["data"]])
    asked = {"search": search, "collection": collection, "collections": await _collections(request)}
    shown: dict[str, Any] = {"prompts": found["data"], "total": found["total"], "labels": labelled, "page": page}
    return request.show("list.html", pages=-(-found["total"] // _PAGE_SIZE), **asked, **shown)


async def show_new(request: PageRequest) -> ASGIApp:
    """Show the form for a new prompt."""
    request.caller.check_may("write")
    string = _NEW_TEXT if request.query.get("kind") == "text" else _NEW_CHAT
    detail = {"string": string, "model": None, "virtual_key": None, "parameters": None}
    return await _editor(request, detail, None, await _collections(request))


async def create(request: PageRequest) -> ASGIApp:
    """Make a prompt."""
    form = await request.form()
    further = {name: form.get(name) for name in ("name", "collection_id", "version_description")}
    content = forms.merged({}, await request.backend.worker.do(form.content))
    return go(f"/prompts/{(await request.call('createPrompt', body=content | further))['slug']}")


async def show_prompt(request: PageRequest) -> ASGIApp:
    """Show a version, to be tried and changed; the latest one, unless another is named."""
    return await _editor(request, await _detail(request, request.query.get("version")), await _history(request))


async def save(request: PageRequest) -> ASGIApp:
    """Make a version of what was typed, after the one that it began from."""
    form = await request.form()
    begun, latest = await _detail(request, form.get("base")), await _detail(request, None)
    _check_newest(request, form, begun["prompt_version"], latest["prompt_version"])
    content = forms.merged(begun, await request.backend.worker.do(form.content))
    await request.call("updatePrompt", body={**content, "version_description": form.get("version_description")})
    return go(f"/prompts/{request.path['prompt_id']}")


async def show_versions(request: PageRequest) -> ASGIApp:
    """List a prompt's versions, with what publishes and labels them."""
    known = (await request.call("listLabels", query={"page_size": 1000}))["data"]
    return request.show("versions.html", history=await _history(request), known=known)


async def publish(request: PageRequest) -> ASGIApp:
    """Publish a version."""
    await request.call("publishPrompt", body={"version": forms.whole((await request.form()).get("version"))})
    return go(f"/prompts/{request.path['prompt_id']}/versions")


async def label(request: PageRequest) -> ASGIApp:
    """Put a label on a version, made first where there is none of the name; no name takes all of them away."""
    form = await request.form()
    name, label_id = form.get("label").strip(), None
    if name:
        found = await request.call("listLabels", query={"search": name, "page_size": 1000})
        label_id = next((each["id"] for each in found["data"] if each["name"] == name), None)
        label_id = label_id or (await request.call("createLabel", body={"name": name}))["id"]
    path = {"version_id": form.get("version_id")}
    await request.call("updatePromptVersion", path=path, body={"label_id": label_id})
    return go(f"/prompts/{request.path['prompt_id']}/versions")


async def show_comparison(request: PageRequest) -> ASGIApp:
    """Show two versions side by side, and what the change means for those who call the prompt."""
    past, backend = await _history(request), request.backend
    latest = [str(each.number) for each in past["versions"][:2]]
    old, new = request.query.get("old") or latest[-1], request.query.get("new") or latest[0]
    details = [await _detail(request, number) for number in (old, new)]
    drafts = [await backend.draft(detail, None, {}) for detail in details]
    inputs = {each.name: each for draft in drafts for each in await backend.inputs(draft)}
    texts = {"old_partials": drafts[0].partials, "new_partials": drafts[1].partials}
    diff = await backend.worker.do(compare, details[0], details[1], **texts)
    is_short = sum(len(each["string"]) for each in details) <= _MOST_DIFFED
    lines = (await backend.worker.do(diff.unified)).splitlines()[2:_MOST_LINES] if is_short else None
    fields = forms.fields_of(inputs.values())
    return request.show("compare.html", history=past, old=old, new=new, diff=diff, lines=lines, fields=fields)


async def show_runs(request: PageRequest) -> ASGIApp:
    """Show how the versions of a prompt ran in the last thirty days, and by which references they were called."""
    past, read = await _history(request), request.backend.parts.store.read_list
    since = stamp(datetime.now(UTC) - timedelta(days=_DAYS))
    choice = runs.Choice(prompt=past["prompt"].id, since=since)
    summed, latest = await read(runs.by_version, choice), await read(runs.latest, choice, 20)
    bars = [html.bars([each[name] for each in summed]) for name in ("latency_ms", "first_token_ms")]
    shown: dict[str, Any] = {"summed": summed, "bars": bars, "latest": latest, "days": _DAYS}
    return request.show("runs.html", history=past, references=await read(runs.references, choice, 20), **shown)


async def render(request: PageRequest) -> ASGIApp:
    """Render what was typed, or a stored version, for the page's script to put in its place."""
    request.caller.check_may("read")
    form = await request.form()
    draft = await _draft(request, form)
    inputs = await request.backend.inputs(draft)
    try:
        rendered = await request.backend.render(draft)
        result: dict[str, Any] = {"problem": "", "messages": rendered.messages, "prompt": rendered.prompt}
    except ApiError as error:
        result = {"problem": error.message, "messages": (), "prompt": ""}
    result["missing"] = [each.name for each in inputs if each.required and each.name not in draft.variables]
    partials, fields = draft.resolved.partials, forms.fields_of(inputs, form)
    return request.show("_rendered.html", fields=fields, partials=partials, most=_MOST_SHOWN, **result)


async def run(request: PageRequest) -> ASGIApp:
    """Run what was typed, or a stored version; the answer is a stream of events, as the API's is."""
    request.caller.check_may("run")
    draft = await _draft(request, await request.form())
    request.scope["state"].pop(DEADLINE, None)
    return request.backend.run(draft, request.scope["state"]["trace_id"])


async def show_partials(request: PageRequest) -> ASGIApp:
    """List partials."""
    return request.show("partials.html", partials=(await request.call("listPromptPartials"))["data"])


async def show_partial(request: PageRequest) -> ASGIApp:
    """Show a partial, its versions, and which prompts use it."""
    partial = await request.call("retrievePromptPartial", query={"version": request.query.get("version")})
    versions = (await request.call("listPromptPartialVersions"))["data"]
    users = await request.backend.parts.store.read_list(inclusions.published, partial["slug"], partial["id"])
    return request.show("partial.html", partial=partial, versions=versions, users=users)


async def save_partial(request: PageRequest) -> ASGIApp:
    """Make a version of a partial, after the one that it began from."""
    form = await request.form()
    latest = await request.call("retrievePromptPartial", query={"version": "latest"})
    _check_newest(request, form, forms.whole(form.get("base")), latest["version"])
    body = {name: form.get(name) for name in ("string", "version_description")}
    await request.call("updatePromptPartial", body=body)
    return go(f"/partials/{request.path['partial_id']}?version=latest")


async def publish_partial(request: PageRequest) -> ASGIApp:
    """Publish a version of a partial."""
    await request.call("publishPromptPartial", body={"version": forms.whole((await request.form()).get("version"))})
    return go(f"/partials/{request.path['partial_id']}")


def _check_newest(request: PageRequest, form: forms.Form, begun: int | None, latest: int) -> None:
    request.caller.check_may("write")
    if begun != latest and not form.get("anyway"):
        raise ConflictError(f"Version {latest} is newer than what you began from.")


async def _editor(
    request: PageRequest, detail: dict[str, Any], past: dict[str, Any] | None, collections: Sequence[Any] = ()
) -> ASGIApp:
    draft = await request.backend.draft(detail, None, {}) if past else await request.backend.draft(None, detail, {})
    fields, upstreams = forms.fields_of(await request.backend.inputs(draft)), request.backend.parts.upstreams.names
    shown: dict[str, Any] = {"template": forms.template_of(detail), "fields": fields, "upstreams": upstreams}
    return request.show("prompt.html", detail=detail, history=past, collections=collections, **shown)


async def _draft(request: PageRequest, form: forms.Form) -> Draft:
    """Take what a form holds: a template, on top of the version that it began from, or variables alone."""
    is_new = "prompt_id" not in request.path
    detail = None if is_new else await _detail(request, form.get("base") or request.query.get("version"))
    content, variables = await request.backend.worker.do(form.content), await request.backend.worker.do(form.variables)
    return await request.backend.draft(detail, content, variables)


async def _detail(request: PageRequest, version: str | None) -> Any:
    return await request.call("retrievePrompt", query={"version": version or "latest"})


async def _history(request: PageRequest) -> dict[str, Any]:
    """Read a prompt's latest versions, without their content, and which labels they bear."""

    def read(connection: Connection, name: str) -> dict[str, Any]:
        prompt = prompts.find(connection, name)
        latest = versions.headings(connection, prompt.id, _MOST_VERSIONS)
        return {"prompt": prompt, "versions": latest, "labels": labels.of_prompt(connection, prompt.id)}

    request.caller.check_may("read")
    return await request.backend.parts.store.read(read, request.path["prompt_id"])


async def _collections(request: PageRequest) -> list[dict[str, Any]]:
    found = (await request.call("listCollections", query={"page_size": 1000}))["data"]
    return sorted(found, key=lambda each: (not each["is_default"], each["name"]))


View = Callable[[PageRequest], Awaitable[ASGIApp]]
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
