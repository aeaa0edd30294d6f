"""The servers that are compared: how each is started, and what it is asked.

Each keeps its prompts in a SQLite file, as it does where nothing else is said. All are given the same chat: three
messages, with the partial written out, since only one of them has partials.
"""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.processes import ROOT
from benchmarks.serving import contents, servers
from benchmarks.serving.load import Request, Right
from benchmarks.serving.servers import Process

MESSAGES: list[dict[str, str]] = json.loads(contents.real("tone").replace("{{>tone}}", contents.PARTIAL))
_CHAT = json.dumps(MESSAGES)
_FETCHED, _RENDERED = "never promise what the terms do not say", "Difference engine, 1200.00"
NAME, LABEL = "support", "production"
VERSIONS = 2


class Work(NamedTuple):
    """One thing that a server is asked for."""

    requests: list[Request]
    """Sent in turns."""
    right: Right


class Service(ABC):
    """A server that is compared."""

    name: str
    distribution: str
    site: Path
    """Where its packages lie."""
    health: str
    """The path that is answered as soon as it works."""

    @property
    def version(self) -> str:
        """The version of what is installed."""
        (found,) = distributions(name=self.distribution, path=[str(self.site)])
        return found.version

    @abstractmethod
    def start(self, folder: Path) -> Process:
        """Start it on what its folder holds, and return at once."""

    @abstractmethod
    def seed(self, process: Process) -> dict[str, Work]:
        """Make a prompt with two versions and a label, and return what is asked for, by its name in the table."""

    @abstractmethod
    def messages(self, answer: Any) -> object:
        """Return the messages of the prompt that an answer holds."""

    def check(self, process: Process, fetch: Work) -> None:
        """See that it answers with the prompt that it was given.

        Raises:
            RuntimeError: it answers with another one.
        """
        (request,) = fetch.requests
        found = self.messages(process.call(request.method, request.path))
        if found != MESSAGES:
            raise RuntimeError(f"{self.name} answered {found!r}")


class Ours(Service):
    """This project's server."""

    name, distribution, health = "ours", "portkey-prompts", "/v1/healthz"

    def __init__(self, site: Path) -> None:
        self.site = site

    def start(self, folder: Path) -> Process:
        """Start it as the command line does."""
        program = Path(sys.executable).with_name("portkey-prompts")
        port = servers.free_port()
        command = [str(program), "serve", "--port", str(port), "--database", f"sqlite:///{folder / 'prompts.db'}"]
        return Process(command, f"http://127.0.0.1:{port}", log=folder / "log")

    def seed(self, process: Process) -> dict[str, Work]:
        """Create a prompt, update it, and put a label on a version."""
        fields = {"string": _CHAT, "parameters": {"temperature": 0.2}, "model": "gpt-4o-mini"}
        create = fields | {"name": "prompt NUMBER", "collection_id": "default"}
        slug = process.call("POST", "/v1/prompts", create | {"name": NAME})["slug"]
        path = f"/v1/prompts/{slug}"
        process.call("PUT", path, fields)
        versions = process.call("GET", f"{path}/versions")["data"]
        labels = process.call("GET", "/v1/labels")["data"]
        (label,) = [each["id"] for each in labels if each["name"] == LABEL]
        labelling = [Request("PUT", f"{path}/versions/{each['id']}", _json({"label_id": label})) for each in versions]
        process.call("PUT", labelling[0].path, {"label_id": label})
        other = process.call("POST", "/v1/prompts", create | {"name": "versions"})["slug"]
        render = Request("POST", f"{path}@{LABEL}/render", _json({"variables": contents.VARIABLES}))
        return {
            "create": Work([Request("POST", "/v1/prompts", _json(create))], Right(200, '"slug":"')),
            "version": Work([Request("PUT", f"/v1/prompts/{other}", _json(fields))], Right(200, '"prompt_version":')),
            "label": Work(labelling, Right(200)),
            "fetch": Work([Request("GET", f"{path}@{LABEL}")], Right(200, _FETCHED)),
            "render": Work([render], Right(200, _RENDERED)),
        }

    def messages(self, answer: Any) -> object:
        """Read the template, which is the messages as JSON."""
        return json.loads(answer["string"])


class MLflow(Service):
    """MLflow's, where a prompt is a registered model, its text a tag, and a label an alias."""

    name, distribution, health = "MLflow", "mlflow", "/health"
    _API = "/api/2.0/mlflow"

    def __init__(self) -> None:
        self.site = _site("mlflow")

    def start(self, folder: Path) -> Process:
        """Start it with all that it starts where nothing else is said."""
        return _started("mlflow", ["server", "--port"], folder, {"MLFLOW_DISABLE_TELEMETRY": "true"})

    def seed(self, process: Process) -> dict[str, Work]:
        """Register a model that is a prompt, two versions that bear the text, and an alias."""
        prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
        texts = {"mlflow.prompt.text": _CHAT, "_mlflow_prompt_type": "chat"}
        tags = [prompt, *({"key": key, "value": value} for key, value in texts.items())]
        model = {"name": "prompt-NUMBER", "tags": [prompt]}
        version = {"name": "versions", "source": "dummy-source", "tags": tags}
        create, add = f"{self._API}/registered-models/create", f"{self._API}/model-versions/create"
        alias = f"{self._API}/registered-models/alias"
        for name in (NAME, "versions"):
            process.call("POST", create, model | {"name": name})
        for _ in range(VERSIONS):
            process.call("POST", add, version | {"name": NAME})
        moves = [{"name": NAME, "alias": LABEL, "version": str(number + 1)} for number in range(VERSIONS)]
        process.call("POST", alias, moves[0])
        fetch = Request("GET", f"{alias}?name={NAME}&alias={LABEL}")
        return {
            "create": Work([Request("POST", create, _json(model))], Right(200, '"registered_model"')),
            "version": Work([Request("POST", add, _json(version))], Right(200, '"version"')),
            "label": Work([Request("POST", alias, _json(each)) for each in moves], Right(200)),
            "fetch": Work([fetch], Right(200, _FETCHED)),
        }

    def messages(self, answer: Any) -> object:
        """Read the tag that holds the text."""
        tags = {each["key"]: each["value"] for each in answer["model_version"]["tags"]}
        return json.loads(tags["mlflow.prompt.text"])


class Phoenix(Service):
    """Arize Phoenix's, where a label is a tag."""

    name, distribution, health = "Phoenix", "arize-phoenix", "/healthz"

    def __init__(self) -> None:
        self.site = _site("phoenix")

    def start(self, folder: Path) -> Process:
        """Start it with all that it starts where nothing else is said."""
        settings = {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_GRPC_PORT": str(servers.free_port()),
            "PHOENIX_WORKING_DIR": str(folder),
            "PHOENIX_TELEMETRY_ENABLED": "false",
        }
        return _started("phoenix", ["serve"], folder, settings, "PHOENIX_PORT")

    def seed(self, process: Process) -> dict[str, Work]:
        """Create a prompt with a version, a second version, and a tag on one."""
        version = {
            "model_provider": "OPENAI",
            "model_name": "gpt-4o-mini",
            "template_type": "CHAT",
            "template_format": "MUSTACHE",
            "template": {"type": "chat", "messages": MESSAGES},
            "invocation_parameters": {"type": "openai", "openai": {"temperature": 0.2}},
        }
        create = {"prompt": {"name": "prompt-NUMBER"}, "version": version}
        for name in ("versions", NAME):
            first = process.call("POST", "/v1/prompts", create | {"prompt": {"name": name}})["data"]["id"]
            second = process.call("POST", f"/v1/prompts/{name}/versions", {"version": version})["data"]["id"]
            process.call("POST", f"/v1/prompt_versions/{first}/tags", {"name": LABEL})
        tags = [f"/v1/prompt_versions/{each}/tags" for each in (first, second)]
        add = Request("POST", "/v1/prompts/versions/versions", _json({"version": version}))
        return {
            "create": Work([Request("POST", "/v1/prompts", _json(create))], Right(200, '"id"')),
            "version": Work([add], Right(201, '"id"')),
            "label": Work([Request("POST", each, _json({"name": LABEL})) for each in tags], Right(204)),
            "fetch": Work([Request("GET", f"/v1/prompts/{NAME}/tags/{LABEL}")], Right(200, _FETCHED)),
        }

    def messages(self, answer: Any) -> object:
        """Read the chat."""
        return answer["data"]["template"]["messages"]


def _site(environment: str) -> Path:
    (site,) = ROOT.glob(f".venvs/{environment}/lib/python*/site-packages")
    return site


def _started(
    program: str, arguments: list[str], folder: Path, settings: Mapping[str, str], port_setting: str = ""
) -> Process:
    """Start a program of an environment of its own at a free port, told by its last argument or by a setting."""
    port = servers.free_port()
    port_settings = {port_setting: str(port)} if port_setting else {}
    command = [str(ROOT / ".venvs" / program / "bin" / program), *arguments, *([] if port_settings else [str(port)])]
    return Process(command, f"http://127.0.0.1:{port}", log=folder / "log", settings={**settings, **port_settings})


def _json(body: object) -> str:
    return json.dumps(body)
