"""A program written for the official SDK, run in an environment of its own: its base URL is the only argument.

Prints one JSON object with what it saw, for the test that started it to check.
"""

import asyncio
import json
import sys

import portkey_ai
from portkey_ai import AsyncPortkey, Portkey
from portkey_ai.api_resources.exceptions import NotFoundError


def plain(answer):
    """Turn one of the SDK's answers into JSON."""
    return json.loads(answer.model_dump_json())


def story(portkey):
    """Create, list, retrieve, update, publish, versions, partials, render, completion, stream."""
    seen = {"distribution": portkey_ai.__file__}
    collection = portkey.collections.create(name="Official")
    partial = portkey.prompts.partials.create(name="Tone", string="Be {{mood}}.")
    messages = [{"role": "system", "content": "{{>" + partial.slug + "}}"}, {"role": "user", "content": "Hi {{name}}"}]
    created = portkey.prompts.create(
        name="Greeting",
        collection_id=collection.id,
        string=json.dumps(messages),
        parameters={"temperature": 0},
        virtual_key="echo",
        model="none",
    )
    slug = created.slug
    seen["created"] = plain(created)
    seen["listed"] = plain(portkey.prompts.list(collection_id=collection.id))
    seen["retrieved"] = plain(portkey.prompts.retrieve(slug))
    messages[1]["content"] = "Good day {{name}}"
    seen["updated"] = plain(
        portkey.prompts.update(slug, string=json.dumps(messages), parameters={"temperature": 1}, virtual_key="echo")
    )
    seen["published"] = plain(portkey.prompts.publish(slug, version=2))
    seen["versions"] = plain(portkey.prompts.versions.list(slug))
    seen["version"] = plain(portkey.prompts.versions.retrieve(slug, seen["updated"]["prompt_version_id"]))
    label = portkey.labels.create(name="canary")
    portkey.prompts.versions.update(slug, created.version_id, label_id=label.id)
    portkey.prompts.partials.update(partial.slug, string="Be very {{mood}}.", description="warmer")
    seen["partial_published"] = plain(portkey.prompts.partials.publish(partial.slug, version=2))
    seen["partial"] = plain(portkey.prompts.partials.retrieve(partial.slug))
    seen["partials"] = plain(portkey.prompts.partials.list())
    seen["partial_versions"] = plain(portkey.prompts.partials.versions.list(partial.slug))
    variables = {"name": "Ada", "mood": "kind"}
    seen["rendered"] = plain(portkey.prompts.render(prompt_id=slug, variables=variables))
    seen["rendered_canary"] = plain(portkey.prompts.render(prompt_id=slug + "@canary", variables=variables))
    seen["completion"] = plain(portkey.prompts.completions.create(prompt_id=slug, variables=variables))
    stream = portkey.prompts.completions.create(prompt_id=slug, variables=variables, stream=True)
    seen["chunks"] = [plain(chunk) for chunk in stream]
    try:
        portkey.prompts.render(prompt_id="pp-nowhere", variables={})
    except NotFoundError as error:
        seen["not_found"] = str(error)
    portkey.labels.delete(label.id)
    portkey.prompts.delete(slug)
    portkey.prompts.partials.delete(partial.slug)
    seen["left"] = plain(portkey.prompts.list(collection_id=collection.id))
    return seen


async def async_story(portkey):
    """Render and stream."""
    prompt_id = "official-async"
    rendered = await portkey.prompts.render(prompt_id=prompt_id, variables={"name": "Bob"})
    stream = await portkey.prompts.completions.create(prompt_id=prompt_id, variables={"name": "Bob"}, stream=True)
    return {"rendered": plain(rendered), "chunks": [plain(chunk) async for chunk in stream]}


def main():
    """Play both stories against the server that was named."""
    options = {"api_key": "no-key-needed", "base_url": sys.argv[1], "virtual_key": "echo"}
    seen = story(Portkey(**options))
    seen["async"] = asyncio.run(async_story(AsyncPortkey(**options)))
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
