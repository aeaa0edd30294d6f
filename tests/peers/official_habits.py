"""What programs do with the official SDK, each a few lines; run with it, and with this package in its place.

Called with a server's base URL, it prints as JSON what `seen` was after each habit, or the error. A habit may use
`portkey`, `other` (async), `BASE`, `CLOSED` (where nobody listens) and what is imported below; `await` makes it async.
"""

import ast
import asyncio
import http.server
import inspect
import json
import os
import sys
import threading

# An app's own: name, then code.
HABITS = """
constructor: virtual key
seen = sent(virtual_key="vk")["virtual-key"]

constructor: provider
seen = sent(provider="openai")["provider"]

constructor: provider slug
seen = sent(provider="@openai-prod")["provider"]

constructor: config slug
seen = sent(config="pc-1")["config"]

constructor: config object
seen = json.loads(sent(config={"retry": {"attempts": 3}})["config"])

constructor: Authorization with Bearer
seen = sent(Authorization="Bearer sk-1", provider="openai")["authorization"]

constructor: Authorization without Bearer
seen = sent(Authorization="sk-1", provider="openai")["authorization"]

constructor: trace id
seen = sent(trace_id="t-1")["trace-id"]

constructor: metadata
seen = json.loads(sent(metadata={"_user": "ann", "team": "a"})["metadata"])

constructor: metadata as JSON text
seen = json.loads(sent(metadata='{"_user": "ann"}')["metadata"])

constructor: cache namespace
seen = sent(cache_namespace="c")["cache-namespace"]

constructor: cache refresh
seen = sent(cache_force_refresh=True)["cache-force-refresh"]

constructor: custom host
seen = sent(custom_host="http://127.0.0.1:1/v1")["custom-host"]

constructor: forward headers
seen = sent(forward_headers=["x-tenant", "x-region"])["forward-headers"]

constructor: request timeout
seen = sent(request_timeout=3000)["request-timeout"]

constructor: Bedrock
seen = sent(provider="bedrock", aws_access_key_id="a", aws_secret_access_key="s", aws_session_token="t",
            aws_region="eu-west-1")

constructor: Bedrock batches
seen = sent(aws_s3_bucket="b", aws_s3_object_key="o", aws_bedrock_model="m", provider_file_name="f", provider_model="p")

constructor: Vertex
seen = sent(provider="vertex-ai", vertex_project_id="p", vertex_region="r", vertex_storage_bucket_name="b")

constructor: Azure
seen = sent(provider="azure-openai", azure_resource_name="r", azure_deployment_id="d", azure_api_version="v",
            azure_endpoint_name="e")

constructor: OpenAI organisation
seen = sent(openai_organization="o", openai_project="p")

constructor: Anthropic
seen = sent(provider="anthropic", anthropic_beta="b", anthropic_version="v")

constructor: other providers
seen = sent(workers_ai_account_id="w", huggingface_base_url="h", fireworks_account_id="f",
            mistral_fim_completion="true")

constructor: strict compliance
seen = [sent(strict_open_ai_compliance=value)["strict-open-ai-compliance"] for value in (True, False)]

constructor: debug off keeps texts out of the logs
seen = sent(debug=False)["debug"]

constructor: instrumentation off
seen = bool(sent(instrumentation=False))

constructor: secrets of webhooks and sockets
seen = sent(webhook_secret="s", websocket_base_url="ws://127.0.0.1:1", calculate_audio_duration=False)["api-key"]

constructor: explicit None for what a settings object lacks
seen = sent(virtual_key=None, config=None, provider=None, trace_id=None, metadata=None, cache_force_refresh=None,
            custom_host=None, forward_headers=None, debug=None, aws_region=None, instrumentation=None)["api-key"]

constructor: from the environment
os.environ["PORTKEY_API_KEY"] = "from-env"
seen = Portkey(base_url=BASE).api_key

constructor: the gateway from the environment
os.environ["PORTKEY_PROXY"] = BASE
seen = Portkey(api_key="k").prompts.render(prompt_id="greet", variables={"name": "Ann"}).data.model

constructor: one's own HTTP client
import httpx
with httpx.Client(timeout=10, base_url=BASE) as http:
    client = Portkey(api_key="k", base_url=BASE, virtual_key="echo", http_client=http)
    seen = text(client.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}))

constructor: one's own async HTTP client
import httpx
async with httpx.AsyncClient(timeout=10, base_url=BASE) as http:
    client = AsyncPortkey(api_key="k", base_url=BASE, virtual_key="echo", http_client=http)
    seen = text(await client.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}))

constructor: a settings dict
settings = {"api_key": "k", "base_url": BASE, "virtual_key": "echo"}
seen = Portkey(**settings).virtual_key

constructor: a subclass
class Client(Portkey):
    def __init__(self, **options):
        super().__init__(api_key="k", base_url=BASE, **options)
seen = Client(virtual_key="echo").virtual_key

client: with
with Portkey(api_key="k", base_url=BASE) as client:
    seen = client.prompts.render(prompt_id="greet", variables={"name": "Ann"}).success

client: async with
async with AsyncPortkey(api_key="k", base_url=BASE) as client:
    seen = (await client.prompts.render(prompt_id="greet", variables={"name": "Ann"})).success

client: close
client = Portkey(api_key="k", base_url=BASE)
client.close()

client: async close
client = AsyncPortkey(api_key="k", base_url=BASE)
await client.close()

client: is it closed
client = Portkey(api_key="k", base_url=BASE)
seen = client.is_closed()

client: what it was told
seen = [portkey.api_key, portkey.base_url, portkey.virtual_key, portkey.config, portkey.provider, portkey.trace_id,
        portkey.metadata]

client: every other thing it was told
client = Portkey(api_key="k", base_url=BASE, custom_host="http://h", aws_region="r", cache_namespace="c", debug=True,
                 request_timeout=3)
seen = [client.custom_host, client.aws_region, client.cache_namespace, client.debug, client.request_timeout,
        client.forward_headers, client.azure_resource_name]

client: with_options
client = portkey.with_options(trace_id="t-2", metadata={"_user": "bob"})
seen = [client.trace_id, client.metadata, client.virtual_key]

client: with_options for one call
seen = text(portkey.with_options(virtual_key="echo").prompts.completions.create(
    prompt_id="greet", variables={"name": "A"}))

client: copy
seen = portkey.copy(config="pc-2").config

client: async copy
seen = other.copy(config="pc-2").config

client: hasattr
seen = [hasattr(portkey, "prompts"), hasattr(portkey, "nothing"), hasattr(portkey.prompts, "completions")]

client: isinstance
seen = [isinstance(portkey, Portkey), isinstance(other, AsyncPortkey), isinstance(other, Portkey)]

client: threads
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    seen = list(pool.map(lambda name: text(run(name=name)), ["a", "b", "c", "d"]))

client: gather
seen = [text(one) for one in await asyncio.gather(*(other.prompts.completions.create(
    prompt_id="greet", variables={"name": name}) for name in "abc"))]

client: one client for two loops
seen = text(await other.prompts.completions.create(prompt_id="greet", variables={"name": "A"}))

render: messages
seen = render().data.messages[1].content

render: messages as items of dicts
seen = render().model_dump()["data"]["messages"][1]["content"]

render: item
seen = render()["data"].messages[0].role

render: get
seen = [render().get("data").model, render().get("nothing"), render().get("nothing", 3)]

render: success
seen = render().success

render: settings
data = render().data
seen = [data.model, data.temperature, data.max_tokens]

render: settings that are not there
data = render().data
seen = [data.prompt, data.top_k, data.top_p, data.n, data.functions, data.function_call, data.logprobs,
        data.top_logprobs, data.echo, data.stop, data.presence_penalty, data.frequency_penalty, data.best_of,
        data.logit_bias, data.user, data.tool_choice, data.tools, data.suffix]

render: settings of other providers that are not there
data = render().data
seen = [data.stop_sequences, data.timeout, data.organization]

render: keywords for another client
keywords = render().data.model_dump(exclude_none=True)
seen = sorted(keywords)

render: keywords by dict()
seen = {name: value for name, value in render().data.dict().items() if value is not None and name != "messages"}

render: messages for another client
seen = [message.model_dump(exclude_none=True) for message in render().data.messages]

render: json
seen = json.loads(render().json())["data"]["messages"][1]["content"]

render: model_dump_json
seen = json.loads(render().model_dump_json(exclude_none=True))["data"]["messages"][1]

render: str
seen = json.loads(str(render()))["data"]["messages"][1]["content"]

render: print
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as out:
    print(render())
seen = json.loads(out.getvalue())["success"]

render: hyperparameters
found = portkey.prompts.render(prompt_id="greet", variables={"name": "Ann"}, temperature=0.9, max_tokens=5)
seen = found.data.temperature

render: stream=False
seen = portkey.prompts.render(prompt_id="greet", variables={"name": "Ann"}, stream=False).data.messages[1].content

render: a version
seen = portkey.prompts.render(prompt_id="greet@1", variables={"name": "Ann"}).data.messages[1].content

render: a label
seen = portkey.prompts.render(prompt_id="greet@staging", variables={"name": "Ann"}).data.messages[1].content

render: a text prompt
seen = portkey.prompts.render(prompt_id="text", variables={"name": "Ann"}).data.prompt

render: variables of all kinds
variables = {"n": 3, "list": ["a", "b"], "on": True, "none": None}
seen = portkey.prompts.render(prompt_id="kinds", variables=variables).data.messages[0].content

render: no variables
seen = portkey.prompts.render(prompt_id="plain", variables={}).data.messages[0].content

render: async
seen = (await other.prompts.render(prompt_id="greet", variables={"name": "Ann"})).data.messages[1].content

render: type
from portkey_ai.api_resources.types.generation_type import PromptRender
seen = isinstance(render(), PromptRender)

run: content
seen = run().choices[0].message.content

run: items
seen = run()["choices"][0]["message"]["content"]

run: get
seen = run().get("choices")[0].get("message").get("content")

run: dict
seen = run().model_dump()["choices"][0]["message"]["content"]

run: old dict
seen = run().dict()["choices"][0]["message"]["content"]

run: role
seen = run().choices[0].message.role

run: finish reason
seen = run().choices[0].finish_reason

run: usage
usage = run().usage
seen = usage.prompt_tokens + usage.completion_tokens == usage.total_tokens

run: usage items
usage = run().usage
seen = usage["total_tokens"] == usage.get("total_tokens") > 0

run: no tool calls
message = run().choices[0].message
seen = [message.tool_calls, message.function_call]

run: if tool calls
seen = "tools" if run().choices[0].message.tool_calls else "text"

run: fields that are not there
completion = run()
seen = [completion.system_fingerprint, completion.choices[0].message.function_call]

run: what choices have, at the root
completion = run()
seen = [completion.index, completion.text, completion.logprobs, completion.finish_reason]

run: log probabilities that are not there
seen = run().choices[0].logprobs

run: identity
completion = run()
seen = [bool(completion.id), completion.created > 0, completion.model]

run: str
seen = json.loads(str(run()))["choices"][0]["message"]["content"]

run: json
seen = json.loads(run().json())["choices"][0]["finish_reason"]

run: indented JSON
seen = json.loads(run().model_dump_json(indent=2))["choices"][0]["finish_reason"]

run: json.dumps of its dict
seen = json.loads(json.dumps(run().model_dump()))["choices"][0]["index"]

run: headers
seen = bool(run().get_headers()["trace-id"])

run: the message goes on
messages = [{"role": "user", "content": "Hi"}]
messages.append(run().choices[0].message.model_dump(exclude_none=True))
seen = [message["role"] for message in messages]

run: usage for a log line
seen = sorted(name for name, value in run().usage.model_dump().items() if value)[:3]

run: hyperparameters
seen = text(portkey.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, max_tokens=250, top_k=4,
                                               temperature=0.3, top_p=0.9))

run: more hyperparameters
seen = text(portkey.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, stop=["x"], n=1, seed=3,
                                               user="u", response_format={"type": "text"}, presence_penalty=0))

run: stream=False
seen = text(portkey.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, stream=False))

run: no variables
seen = text(portkey.prompts.completions.create(prompt_id="plain"))

run: a label
seen = text(portkey.prompts.completions.create(prompt_id="greet@staging", variables={"name": "Ann"}))

run: async
seen = text(await other.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}))

run: type
from portkey_ai.api_resources.types.generation_type import PromptCompletion
seen = isinstance(run(), PromptCompletion)

run: cached as a dict and made again
from portkey_ai.api_resources.types.generation_type import PromptCompletion
seen = text(PromptCompletion(**json.loads(json.dumps(run().model_dump()))))

run: cached as JSON and made again
from portkey_ai.api_resources.types.generation_type import PromptCompletion
seen = text(PromptCompletion.model_validate_json(run().model_dump_json()))

run: checked and made again
from portkey_ai.api_resources.types.generation_type import PromptCompletion
seen = text(PromptCompletion.model_validate(run().model_dump()))

run: pickled
import pickle
seen = text(pickle.loads(pickle.dumps(run().model_dump() and run())))

run: deep copy
import copy
seen = text(copy.deepcopy(run()))

run: equality
seen = run().choices[0].message == run().choices[0].message

stream: content
seen = "".join(chunk.choices[0].delta.content or "" for chunk in stream())

stream: items
seen = "".join(chunk["choices"][0]["delta"]["content"] or "" for chunk in stream())

stream: get
seen = "".join(chunk.get("choices")[0].delta.get("content") or "" for chunk in stream())

stream: if content
parts = []
for chunk in stream():
    if chunk.choices and chunk.choices[0].delta.content is not None:
        parts.append(chunk.choices[0].delta.content)
seen = "".join(parts)

stream: print as it comes
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as out:
    for chunk in stream():
        print(chunk.choices[0].delta.content or "", end="", flush=True)
seen = out.getvalue()

stream: finish reason
seen = [chunk.choices[0].finish_reason for chunk in stream()][-1]

stream: role
seen = next(stream()).choices[0].delta.role

stream: next
chunks = stream()
seen = bool(next(chunks).id)

stream: list
seen = len(list(stream())) > 2

stream: no tool calls
seen = {chunk.choices[0].delta.tool_calls for chunk in stream()} == {None}

stream: dict
seen = "".join(chunk.model_dump()["choices"][0]["delta"].get("content") or "" for chunk in stream())

stream: events of one's own
seen = "".join(json.loads(line[6:])["choices"][0]["delta"].get("content") or "" for line in
               (f"data: {chunk.model_dump_json()}" for chunk in stream()))

stream: str
seen = json.loads(str(next(stream())))["object"] == next(stream()).object

stream: with
with stream() as chunks:
    seen = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

stream: break and close
chunks = stream()
for chunk in chunks:
    break
chunks.close()

stream: response
chunks = stream()
seen = chunks.response.status_code
chunks.close()

stream: type
from portkey_ai.api_resources.streaming import Stream
seen = isinstance(stream(), Stream)

stream: handed on by a generator
def texts():
    for chunk in stream():
        yield chunk.choices[0].delta.content or ""
seen = "".join(texts())

stream: async
chunks = await other.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, stream=True)
seen = "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

stream: async with
async with await other.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, stream=True) as chunks:
    seen = "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

stream: async break and close
chunks = await other.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, stream=True)
async for chunk in chunks:
    break
await chunks.close()

stream: async type
from portkey_ai.api_resources.streaming import AsyncStream
seen = isinstance(await other.prompts.completions.create(prompt_id="plain", stream=True), AsyncStream)

error: by the old path
from portkey_ai.api_resources.exceptions import NotFoundError
try:
    portkey.prompts.render(prompt_id="pp-nowhere", variables={})
except NotFoundError as error:
    seen = [error.status_code, error.response.status_code, error.request.method, bool(error.message), bool(error.body)]

error: status
from portkey_ai.api_resources.exceptions import APIStatusError
try:
    portkey.prompts.completions.create(prompt_id="pp-nowhere", variables={})
except APIStatusError as error:
    seen = [error.status_code, "pp-nowhere" in str(error)]

error: base class
from portkey_ai.api_resources import exceptions
try:
    portkey.prompts.completions.create(prompt_id="pp-nowhere", variables={}, stream=True)
except exceptions.APIError as error:
    seen = type(error).__name__

error: by name
try:
    portkey.prompts.completions.create(prompt_id="pp-nowhere", variables={})
except Exception as error:
    seen = error.__class__.__name__

error: malformed
from portkey_ai.api_resources.exceptions import BadRequestError
try:
    portkey.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, temperature="hot")
except BadRequestError as error:
    seen = error.status_code

error: no permission
from portkey_ai.api_resources.exceptions import AuthenticationError
try:
    Portkey(api_key="wrong", base_url=LOCKED).prompts.render(prompt_id="greet", variables={})
except AuthenticationError as error:
    seen = error.status_code

error: nobody there
from portkey_ai.api_resources.exceptions import APIConnectionError
try:
    Portkey(api_key="k", base_url=CLOSED).prompts.render(prompt_id="greet", variables={})
except APIConnectionError as error:
    seen = [bool(error.message), error.request.method]

error: async
from portkey_ai.api_resources.exceptions import NotFoundError
try:
    await other.prompts.render(prompt_id="pp-nowhere", variables={})
except NotFoundError as error:
    seen = error.status_code

error: order of except clauses
from portkey_ai.api_resources.exceptions import APIConnectionError, APIStatusError, APITimeoutError, RateLimitError
try:
    portkey.prompts.render(prompt_id="pp-nowhere", variables={})
except (APITimeoutError, APIConnectionError):
    seen = "retry"
except RateLimitError:
    seen = "wait"
except APIStatusError as error:
    seen = error.status_code

error: the family
from portkey_ai.api_resources.exceptions import (APIConnectionError, APIError, APIResponseValidationError,
    APIStatusError,
    APITimeoutError, AuthenticationError, BadRequestError, ConflictError, InternalServerError, NotFoundError,
    PermissionDeniedError, RateLimitError, UnprocessableEntityError)
seen = [issubclass(one, APIStatusError) for one in (AuthenticationError, BadRequestError, ConflictError,
    InternalServerError,
    NotFoundError, PermissionDeniedError, RateLimitError, UnprocessableEntityError, APIConnectionError)]
seen += [issubclass(APITimeoutError, APIConnectionError), issubclass(APIResponseValidationError, APIError)]

error: made in a test of one's own
import httpx
from portkey_ai.api_resources.exceptions import RateLimitError
request = httpx.Request("POST", BASE)
error = RateLimitError("slow down", request=request, response=httpx.Response(429, request=request), body={"a": 1})
seen = [str(error.message), error.status_code, error.body]

error: a connection's, made in a test of one's own
import httpx
from portkey_ai.api_resources.exceptions import APIConnectionError, APITimeoutError
request = httpx.Request("POST", BASE)
errors = [APIConnectionError(request=request), APITimeoutError(request=request)]
seen = [(bool(error.message), error.request.method) for error in errors]

error: a connection's by keyword
import httpx
from portkey_ai.api_resources.exceptions import APIConnectionError
request = httpx.Request("POST", BASE)
error = APIConnectionError(request=request, message="gone")
seen = [error.message, error.request.method]

manage: create, retrieve, update, publish, delete
made = portkey.prompts.create(name="Made", collection_id=portkey.collections.list().data[0]["id"], string="Hi {{name}}",
                              parameters={"max_tokens": 3}, virtual_key="echo", model="m")
found = portkey.prompts.retrieve(made.slug)
before = found.string
changed = portkey.prompts.update(made.slug, string="Ho {{name}}", parameters={}, virtual_key="echo", model="m")
portkey.prompts.publish(prompt_slug=made.slug, version=2)
seen = [found.name, before, portkey.prompts.retrieve(prompt_slug=made.slug).string]
portkey.prompts.delete(made.slug)

manage: list
listed = portkey.prompts.list(current_page=0, page_size=100, search="greet")
seen = [[item["slug"] for item in listed.data], listed.total > 0]

manage: list as dicts
seen = [item["name"] for item in portkey.prompts.list().model_dump()["data"] if item["slug"] == "greet"]

manage: versions
versions = portkey.prompts.versions.list("greet")
seen = [version["prompt_version"] for version in versions.data]

manage: a version
number = portkey.prompts.versions.list("greet").data[-1]["id"]
seen = portkey.prompts.versions.retrieve("greet", number).prompt_version_id == number

manage: a label on a version
label = portkey.labels.create(name="made-" + os.urandom(4).hex())
version = portkey.prompts.versions.list("greet").data[-1]["id"]
portkey.prompts.versions.update("greet", version, label_id=label.id)
seen = portkey.labels.retrieve(label.id).name.partition("-")[0]
portkey.labels.delete(label.id)

manage: labels
seen = "staging" in [label["name"] for label in portkey.labels.list().data]

manage: partials
partial = portkey.prompts.partials.create(name="Made", string="Be kind.")
seen = [portkey.prompts.partials.retrieve(partial.slug).string,
        partial.slug in [one["slug"] for one in portkey.prompts.partials.list().data]]
portkey.prompts.partials.delete(partial_slug=partial.slug)

manage: collections
made = portkey.collections.create(name="Made")
seen = portkey.collections.retrieve(made.id).name
portkey.collections.delete(made.id)

manage: async
listed = await other.prompts.list(search="greet")
seen = [item["slug"] for item in listed.data]

manage: keys of an answer
found = portkey.prompts.retrieve("greet")
seen = found.model_dump()["name"]

module: version
import portkey_ai
from portkey_ai.version import VERSION
seen = portkey_ai.__version__ == VERSION

module: headers for another client
from portkey_ai import PORTKEY_GATEWAY_URL, createHeaders
seen = [PORTKEY_GATEWAY_URL, createHeaders(api_key="k", provider="openai", metadata={"_user": "a"}, trace_id="t")]

module: names
import portkey_ai
seen = [hasattr(portkey_ai, name) for name in ("Portkey", "AsyncPortkey", "createHeaders", "Prompts", "AsyncPrompts")]

module: types of a function of one's own
from typing import get_type_hints
def ask(client: "Portkey") -> "str": ...
seen = get_type_hints(ask)["client"] is Portkey

mock: a client
from unittest.mock import MagicMock
double = MagicMock(spec=portkey)
double.prompts.completions.create.return_value.choices = []
seen = double.prompts.completions.create(prompt_id="x").choices

mock: patched
from unittest.mock import patch
with patch("portkey_ai.Portkey") as double:
    import portkey_ai
    seen = portkey_ai.Portkey is double

mock: a method
from unittest.mock import patch
with patch.object(portkey.prompts, "render", return_value="done"):
    seen = portkey.prompts.render(prompt_id="x", variables={})

run: settings that are None
settings = {"max_tokens": None, "stop": None, "user": None}
seen = text(portkey.prompts.completions.create(prompt_id="greet", variables={"name": "Ann"}, **settings))

constructor: base URL with a slash at its end
seen = Portkey(api_key="k", base_url=BASE + "/").prompts.render(prompt_id="greet", variables={"name": "A"}).success

constructor: base URL as an object
import httpx
seen = Portkey(api_key="k", base_url=httpx.URL(BASE)).prompts.render(prompt_id="greet", variables={"name": "A"}).success

stream: headers of the response
chunks = stream()
seen = chunks.response.headers["content-type"].split(";")[0]
list(chunks)

run: dict() of it
seen = dict(run())["model"]

run: made in a test of one's own
from portkey_ai.api_resources.types.generation_type import PromptCompletion
seen = PromptCompletion(id="x", choices=[], created=1, model="m", object="o").model

render: made in a test of one's own
from portkey_ai.api_resources.types.generation_type import PromptRender
seen = PromptRender(success=True, data={"messages": [{"role": "user", "content": "x"}]}).data.messages[0].content

manage: an answer made in a test of one's own
from portkey_ai.api_resources.utils import GenericResponse
seen = GenericResponse(success=True, data={"a": 1}).data

manage: an answer of one's own fields
from portkey_ai.api_resources.utils import GenericResponse
seen = GenericResponse(slug="x").slug

stream: get of a delta
seen = [chunk.choices[0].delta.get("tool_calls") for chunk in stream()][0]

run: in a format string
seen = bool(f"{run()}")

client: in a set
seen = len({portkey, portkey})

client: cached by a function
import functools
@functools.lru_cache
def client():
    return Portkey(api_key="k", base_url=BASE)
seen = client() is client()

client: closing
import contextlib
with contextlib.closing(Portkey(api_key="k", base_url=BASE)) as c:
    seen = c.prompts.render(prompt_id="greet", variables={"name": "A"}).success

client: in a dataclass
import dataclasses
@dataclasses.dataclass
class App:
    client: Portkey
seen = dataclasses.replace(App(portkey)).client is portkey

run: metadata that are numbers
client = portkey.with_options(metadata={"_user": "a", "n": 3})
seen = text(client.prompts.completions.create(prompt_id="greet", variables={"name": "A"}))

constructor: an empty config
client = Portkey(api_key="k", base_url=BASE, virtual_key="echo", config={})
seen = text(client.prompts.completions.create(prompt_id="greet", variables={"name": "A"}))

constructor: settings that are empty texts
seen = sent(virtual_key="", trace_id="", config="", provider="")

constructor: metadata in any language
seen = bool(sent(metadata={"_user": "Ännä"}))

constructor: forward headers with underscores
seen = sent(forward_headers=["x_tenant"])["forward-headers"]

stream: read to its end, there is no more
chunks = stream()
list(chunks)
seen = list(chunks)

run: vars
seen = sorted(vars(run()))[:2]

run: its __dict__
seen = run().choices[0].message.__dict__["content"]

run: pairs of names and values
seen = sorted(name for name, value in run())[:2]

run: made from a part of its fields
from portkey_ai.api_resources.types.generation_type import PromptCompletion
seen = PromptCompletion(id="x").model

error: the body
from portkey_ai.api_resources.exceptions import NotFoundError
try:
    portkey.prompts.render(prompt_id="pp-nowhere", variables={})
except NotFoundError as error:
    seen = json.loads(error.body)

error: the response
from portkey_ai.api_resources.exceptions import NotFoundError
try:
    portkey.prompts.render(prompt_id="pp-nowhere", variables={})
except NotFoundError as error:
    seen = [sorted(error.response.json()), bool(error.response.text), bool(error.args[0])]

constructor: an option that there is not
seen = sent(anything="x")["anything"]
"""


def habits():
    """The habits, by name."""
    blocks = (block.strip("\n").partition("\n") for block in HABITS.split("\n\n"))
    return {name: code for name, _, code in blocks}


class Note(http.server.BaseHTTPRequestHandler):
    """Notes the headers of a request, and answers a rendered prompt."""

    seen: dict = {}

    def do_POST(self):
        """Note and answer."""
        Note.seen = {name.lower(): value for name, value in self.headers.items()}
        self.rfile.read(int(self.headers["content-length"]))
        body = b'{"success": true, "data": {"messages": [], "model": "m"}}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


async def main(base, locked, closed):
    """Play all habits."""
    from portkey_ai import AsyncPortkey, Portkey

    notes = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Note)
    threading.Thread(target=notes.serve_forever, daemon=True).start()
    settings = {"api_key": "k", "base_url": base, "virtual_key": "echo"}
    portkey, other = Portkey(**settings), AsyncPortkey(**settings)

    def sent(**options):
        """Say which headers a client of these options sends for them, without the prefix."""
        client = Portkey(api_key="k", base_url=f"http://127.0.0.1:{notes.server_port}/v1", **options)
        client.prompts.render(prompt_id="x", variables={})
        found = {name.removeprefix("x-portkey-"): value for name, value in Note.seen.items()}
        return {name: found.get(name) for name in ["api-key", *(one.lower().replace("_", "-") for one in options)]}

    given = {"Portkey": Portkey, "AsyncPortkey": AsyncPortkey, "portkey": portkey, "other": other, "sent": sent}
    given |= {"BASE": base, "LOCKED": locked, "CLOSED": closed, "json": json, "os": os, "asyncio": asyncio}
    greet = {"prompt_id": "greet", "variables": {"name": "Ann"}}
    given["render"] = lambda: portkey.prompts.render(**greet)
    given["run"] = lambda name="Ann": portkey.prompts.completions.create(prompt_id="greet", variables={"name": name})
    given["stream"] = lambda: portkey.prompts.completions.create(**greet, stream=True)
    given["text"] = lambda completion: completion.choices[0].message.content
    seen = {name: await outcome(code, dict(given)) for name, code in habits().items()}
    print(json.dumps(seen, default=str))


async def outcome(code, names):
    """Run a habit; answer what was seen, or the error."""
    environment = dict(os.environ)
    try:
        made = eval(compile(code, "habit", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
        if inspect.isawaitable(made):
            await made
        return names.get("seen", "done")
    except Exception as error:
        return f"failed with {type(error).__name__}: {error}"
    finally:
        os.environ.clear()
        os.environ.update(environment)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
