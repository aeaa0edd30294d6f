# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The options of a call beside its operation's fields, and the headers that they travel as."""

from __future__ import annotations

from .errors import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypedDict

    import httpx

    class CallHeaders(TypedDict, total=False):
        """Options of a client or of any call that travel as headers."""

        api_key: str | None
        """The service's key."""
        trace_id: str | None
        """Names this request in the service's logs; left out, the service makes one."""
        metadata: Mapping[str, str] | str | None
        """JSON text of an object of strings, kept with the request in the service's logs."""

    class RequestOptions(CallHeaders, total=False):
        """The options of any call; they win over the client's."""

        extra_headers: Mapping[str, str | None] | None
        """Headers to send as they are; None takes one away that the client would send."""
        extra_query: Mapping[str, Any] | None
        """Query parameters that this package does not know."""
        extra_body: Mapping[str, Any] | None
        """Fields of the body that this package does not know."""
        timeout: float | httpx.Timeout | None
        """Seconds to connect, to write, and between two reads; None waits for ever."""
        max_retries: int
        """How many times the call may be repeated, a count."""

    class RunHeaders(TypedDict, total=False):
        """Further options of a client, a render or a run that travel as headers."""

        virtual_key: str | None
        """Names the provider and the key to run with; wins over the prompt's own."""
        config: Mapping[str, Any] | str | None
        """A gateway config, as its slug or as JSON text."""
        provider: str | None
        """The provider to run with, where no virtual key is given."""
        cache_namespace: str | None
        """Which part of the gateway's cache to use."""
        cache_force_refresh: bool | str | None
        """`true` runs the model even where the gateway's cache has an answer."""
        custom_host: str | None
        """The base URL of a model host of one's own, for the hosted gateway to call."""
        forward_headers: Sequence[str] | str | None
        """Names of this request's headers that are passed on to the provider, joined by commas."""
        request_timeout: int | None
        """How long the gateway waits for the provider, in milliseconds."""
        debug: bool | str | None
        """`false` keeps the texts of this run out of the service's logs."""
        strict_open_ai_compliance: bool | str | None
        """`true` has the gateway answer in OpenAI's form alone; `false` leaves what is more than that in."""
        openai_organization: str | None
        """The organization that the provider OpenAI bills."""
        openai_project: str | None
        """The project that the provider OpenAI bills."""
        azure_resource_name: str | None
        """The resource of Azure OpenAI to run in."""
        azure_deployment_id: str | None
        """The deployment of Azure OpenAI to run."""
        azure_api_version: str | None
        """The version of Azure OpenAI's own API."""
        azure_endpoint_name: str | None
        """The endpoint of Azure AI to run at."""
        aws_access_key_id: str | None
        """The id of the AWS key to run with."""
        aws_secret_access_key: str | None
        """The AWS key's secret."""
        aws_session_token: str | None
        """The token of a temporary AWS key."""
        aws_region: str | None
        """The AWS region to run in."""
        aws_s3_bucket: str | None
        """The bucket that files of Bedrock lie in."""
        aws_s3_object_key: str | None
        """The name of a file in that bucket."""
        aws_bedrock_model: str | None
        """The model that a file is for at Bedrock."""
        vertex_project_id: str | None
        """The Google Cloud project to run in."""
        vertex_region: str | None
        """The Google Cloud region to run in."""
        vertex_storage_bucket_name: str | None
        """The bucket that files of Vertex AI lie in."""
        provider_file_name: str | None
        """The name that a file bears at the provider."""
        provider_model: str | None
        """The model that a file is for at the provider."""
        anthropic_beta: str | None
        """The beta features that the provider Anthropic is asked for."""
        anthropic_version: str | None
        """The version of Anthropic's own API."""
        workers_ai_account_id: str | None
        """The account of Cloudflare Workers AI to run in."""
        huggingface_base_url: str | None
        """The base URL of an endpoint of Hugging Face."""
        fireworks_account_id: str | None
        """The account of Fireworks AI to run in."""
        mistral_fim_completion: bool | str | None
        """`true` has the provider Mistral fill in the middle of a text."""
        authorization: str | None
        """The provider's own key, as an Authorization header."""

    class RunOptions(RequestOptions, RunHeaders, total=False):
        """The options of a render or a run; they win over the client's."""


REQUEST_OPTIONS = frozenset(
    (
        "api_key",
        "trace_id",
        "metadata",
        "extra_headers",
        "extra_query",
        "extra_body",
        "timeout",
        "max_retries",
    )
)
"""The names in RequestOptions."""
RUN_OPTIONS = REQUEST_OPTIONS | {
    "virtual_key",
    "config",
    "provider",
    "cache_namespace",
    "cache_force_refresh",
    "custom_host",
    "forward_headers",
    "request_timeout",
    "debug",
    "strict_open_ai_compliance",
    "openai_organization",
    "openai_project",
    "azure_resource_name",
    "azure_deployment_id",
    "azure_api_version",
    "azure_endpoint_name",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_region",
    "aws_s3_bucket",
    "aws_s3_object_key",
    "aws_bedrock_model",
    "vertex_project_id",
    "vertex_region",
    "vertex_storage_bucket_name",
    "provider_file_name",
    "provider_model",
    "anthropic_beta",
    "anthropic_version",
    "workers_ai_account_id",
    "huggingface_base_url",
    "fireworks_account_id",
    "mistral_fim_completion",
    "authorization",
}
"""The names in RunOptions."""

HEADERS = {
    "api_key": ("x-portkey-api-key", "text"),
    "trace_id": ("x-portkey-trace-id", "text"),
    "metadata": ("x-portkey-metadata", "texts"),
    "virtual_key": ("x-portkey-virtual-key", "text"),
    "config": ("x-portkey-config", "json"),
    "provider": ("x-portkey-provider", "text"),
    "cache_namespace": ("x-portkey-cache-namespace", "text"),
    "cache_force_refresh": ("x-portkey-cache-force-refresh", "boolean"),
    "custom_host": ("x-portkey-custom-host", "text"),
    "forward_headers": ("x-portkey-forward-headers", "list"),
    "request_timeout": ("x-portkey-request-timeout", "count"),
    "debug": ("x-portkey-debug", "boolean"),
    "strict_open_ai_compliance": ("x-portkey-strict-open-ai-compliance", "boolean"),
    "openai_organization": ("x-portkey-openai-organization", "text"),
    "openai_project": ("x-portkey-openai-project", "text"),
    "azure_resource_name": ("x-portkey-azure-resource-name", "text"),
    "azure_deployment_id": ("x-portkey-azure-deployment-id", "text"),
    "azure_api_version": ("x-portkey-azure-api-version", "text"),
    "azure_endpoint_name": ("x-portkey-azure-endpoint-name", "text"),
    "aws_access_key_id": ("x-portkey-aws-access-key-id", "text"),
    "aws_secret_access_key": ("x-portkey-aws-secret-access-key", "text"),
    "aws_session_token": ("x-portkey-aws-session-token", "text"),
    "aws_region": ("x-portkey-aws-region", "text"),
    "aws_s3_bucket": ("x-portkey-aws-s3-bucket", "text"),
    "aws_s3_object_key": ("x-portkey-aws-s3-object-key", "text"),
    "aws_bedrock_model": ("x-portkey-aws-bedrock-model", "text"),
    "vertex_project_id": ("x-portkey-vertex-project-id", "text"),
    "vertex_region": ("x-portkey-vertex-region", "text"),
    "vertex_storage_bucket_name": ("x-portkey-vertex-storage-bucket-name", "text"),
    "provider_file_name": ("x-portkey-provider-file-name", "text"),
    "provider_model": ("x-portkey-provider-model", "text"),
    "anthropic_beta": ("x-portkey-anthropic-beta", "text"),
    "anthropic_version": ("x-portkey-anthropic-version", "text"),
    "workers_ai_account_id": ("x-portkey-workers-ai-account-id", "text"),
    "huggingface_base_url": ("x-portkey-huggingface-base-url", "text"),
    "fireworks_account_id": ("x-portkey-fireworks-account-id", "text"),
    "mistral_fim_completion": ("x-portkey-mistral-fim-completion", "boolean"),
    "authorization": ("authorization", "text"),
}
"""The header of each option that travels as one, and what its value is, by the option's name."""


_NAME = frozenset("!#$%&'*+.^_`|~-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def option_headers(options: Mapping[str, Any]) -> dict[str, str]:
    """Turn options into headers; what was not set, or is an empty text, sends none.

    Raises:
        OptionError: where a value can't stand in a header, naming the option.
    """
    headers = {}
    for option, (header, kind) in HEADERS.items():
        value = options.get(option)
        if value is not None and value != "":
            headers[header] = check_header(option, value if isinstance(value, str) else _text(option, kind, value))
    return headers


def call_headers(options: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the headers that replace the client's in one call; None for one that is left out.

    Raises:
        OptionError: where one can't be sent, naming it.
    """
    extra = options.get("extra_headers") or {}
    given = check_headers("extra_headers", extra)
    without: dict[str, str | None] = {name.lower(): None for name, value in extra.items() if value is None}
    return {**option_headers(options), **given, **without}


def _text(option: str, kind: str, value: Any) -> Any:
    """Write an option's value as a header's text; what it can't be is left for `check_header` to refuse."""
    if kind == "boolean" and isinstance(value, bool):
        return "true" if value else "false"
    if kind == "count":
        return str(check_count(option, value))
    if kind == "list" and isinstance(value, list | tuple | set | frozenset):
        return ",".join(map(str, value))
    if kind not in ("json", "texts"):
        return value
    from json import dumps

    try:
        if kind == "texts":  # all that the service takes
            value = {str(name): item if isinstance(item, str) else dumps(item) for name, item in value.items()}
        return dumps(dict(value))
    except (TypeError, ValueError, AttributeError) as error:
        raise OptionError(f"`{option}` must be text, or a mapping that is JSON: {error}.") from None


def check_header(name: str, value: object) -> str:
    """Check that a text can stand in a header, without showing it: it may be a secret.

    Raises:
        OptionError: naming the option or the header.
    """
    if not isinstance(value, str):
        raise OptionError(f"`{name}` must be text, not {type(value).__name__}.")
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise OptionError(
            f"`{name}` holds a character that can't stand in a header (a line break, a space at an end, or one "
            "outside of ASCII). Did a stray character come along when it was copied?"
        )
    return value


def check_headers(option: str, given: Mapping[str, str | None] | None) -> dict[str, str]:
    """Check headers that were given as they are, and put their names in lower case; None leaves one out.

    Raises:
        OptionError: where one can't be sent, naming it.
    """
    if given is not None and not hasattr(given, "items"):
        raise OptionError(f"`{option}` must be a mapping of names to texts, not {type(given).__name__}.")
    for name in given or {}:
        if not isinstance(name, str) or not name or not _NAME.issuperset(name):
            raise OptionError(f"`{option}` holds {name!r}, which is no header's name.")
    return {name.lower(): check_header(name, value) for name, value in (given or {}).items() if value is not None}


def check_count(name: str, value: object) -> int:
    """Check a count.

    Raises:
        OptionError: where it is none, naming the option.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise OptionError(f"`{name}` must be a count, 0 or more, not {value!r}.")
    return value
