# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ... import models
from ...answers import answer, event, failure
from ...requests import Request, given, segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPERATION_ID = "createPromptCompletion"


def request(
    prompt_id: str,
    *,
    body: models.CompletionRequest | Mapping[str, Any],
    x_portkey_virtual_key: str | None = None,
    x_portkey_config: str | None = None,
    x_portkey_provider: str | None = None,
    x_portkey_trace_id: str | None = None,
    x_portkey_metadata: str | None = None,
    x_portkey_cache_namespace: str | None = None,
    x_portkey_cache_force_refresh: str | None = None,
    x_portkey_custom_host: str | None = None,
    x_portkey_forward_headers: str | None = None,
    x_portkey_request_timeout: str | None = None,
    x_portkey_debug: str | None = None,
    x_portkey_strict_open_ai_compliance: str | None = None,
    x_portkey_openai_organization: str | None = None,
    x_portkey_openai_project: str | None = None,
    x_portkey_azure_resource_name: str | None = None,
    x_portkey_azure_deployment_id: str | None = None,
    x_portkey_azure_api_version: str | None = None,
    x_portkey_azure_endpoint_name: str | None = None,
    x_portkey_aws_access_key_id: str | None = None,
    x_portkey_aws_secret_access_key: str | None = None,
    x_portkey_aws_session_token: str | None = None,
    x_portkey_aws_region: str | None = None,
    x_portkey_aws_s3_bucket: str | None = None,
    x_portkey_aws_s3_object_key: str | None = None,
    x_portkey_aws_bedrock_model: str | None = None,
    x_portkey_vertex_project_id: str | None = None,
    x_portkey_vertex_region: str | None = None,
    x_portkey_vertex_storage_bucket_name: str | None = None,
    x_portkey_provider_file_name: str | None = None,
    x_portkey_provider_model: str | None = None,
    x_portkey_anthropic_beta: str | None = None,
    x_portkey_anthropic_version: str | None = None,
    x_portkey_workers_ai_account_id: str | None = None,
    x_portkey_huggingface_base_url: str | None = None,
    x_portkey_fireworks_account_id: str | None = None,
    x_portkey_mistral_fim_completion: str | None = None,
) -> Request:
    """Run a prompt: `createPromptCompletion`.

    Renders a version's template and runs it against a model. With `stream` true the answer is an event stream,
    one chunk an event, ended by the event `[DONE]`; a failure after the first chunk is an event with an `error`.

    Args:
        prompt_id: A prompt's slug or UUID, optionally followed by `@` and a version number, `latest` or a label.
        body: A CompletionRequest, or any mapping of that shape.
        x_portkey_virtual_key: Names the provider and the key to run with; wins over the prompt's own.
        x_portkey_config: A gateway config, as its slug or as JSON text.
        x_portkey_provider: The provider to run with, where no virtual key is given.
        x_portkey_trace_id: Names this request in the service's logs; left out, the service makes one.
        x_portkey_metadata: JSON text of an object of strings, kept with the request in the service's logs.
        x_portkey_cache_namespace: Which part of the gateway's cache to use.
        x_portkey_cache_force_refresh: `true` runs the model even where the gateway's cache has an answer.
        x_portkey_custom_host: The base URL of a model host of one's own, for the hosted gateway to call.
        x_portkey_forward_headers: Names of this request's headers that are passed on to the provider, joined by commas.
        x_portkey_request_timeout: How long the gateway waits for the provider, in milliseconds.
        x_portkey_debug: `false` keeps the texts of this run out of the service's logs.
        x_portkey_strict_open_ai_compliance: `true` has the gateway answer in OpenAI's form alone; `false` leaves what is more than that in.
        x_portkey_openai_organization: The organization that the provider OpenAI bills.
        x_portkey_openai_project: The project that the provider OpenAI bills.
        x_portkey_azure_resource_name: The resource of Azure OpenAI to run in.
        x_portkey_azure_deployment_id: The deployment of Azure OpenAI to run.
        x_portkey_azure_api_version: The version of Azure OpenAI's own API.
        x_portkey_azure_endpoint_name: The endpoint of Azure AI to run at.
        x_portkey_aws_access_key_id: The id of the AWS key to run with.
        x_portkey_aws_secret_access_key: The AWS key's secret.
        x_portkey_aws_session_token: The token of a temporary AWS key.
        x_portkey_aws_region: The AWS region to run in.
        x_portkey_aws_s3_bucket: The bucket that files of Bedrock lie in.
        x_portkey_aws_s3_object_key: The name of a file in that bucket.
        x_portkey_aws_bedrock_model: The model that a file is for at Bedrock.
        x_portkey_vertex_project_id: The Google Cloud project to run in.
        x_portkey_vertex_region: The Google Cloud region to run in.
        x_portkey_vertex_storage_bucket_name: The bucket that files of Vertex AI lie in.
        x_portkey_provider_file_name: The name that a file bears at the provider.
        x_portkey_provider_model: The model that a file is for at the provider.
        x_portkey_anthropic_beta: The beta features that the provider Anthropic is asked for.
        x_portkey_anthropic_version: The version of Anthropic's own API.
        x_portkey_workers_ai_account_id: The account of Cloudflare Workers AI to run in.
        x_portkey_huggingface_base_url: The base URL of an endpoint of Hugging Face.
        x_portkey_fireworks_account_id: The account of Fireworks AI to run in.
        x_portkey_mistral_fim_completion: `true` has the provider Mistral fill in the middle of a text.

    Raises:
        ValueError: where a segment of the path is empty, `.`, `..` or no text.
    """
    return Request(
        "POST",
        f"/prompts/{segment('prompt_id', prompt_id)}/completions",
        body=body,
        headers=given(
            {
                "x-portkey-virtual-key": x_portkey_virtual_key,
                "x-portkey-config": x_portkey_config,
                "x-portkey-provider": x_portkey_provider,
                "x-portkey-trace-id": x_portkey_trace_id,
                "x-portkey-metadata": x_portkey_metadata,
                "x-portkey-cache-namespace": x_portkey_cache_namespace,
                "x-portkey-cache-force-refresh": x_portkey_cache_force_refresh,
                "x-portkey-custom-host": x_portkey_custom_host,
                "x-portkey-forward-headers": x_portkey_forward_headers,
                "x-portkey-request-timeout": x_portkey_request_timeout,
                "x-portkey-debug": x_portkey_debug,
                "x-portkey-strict-open-ai-compliance": x_portkey_strict_open_ai_compliance,
                "x-portkey-openai-organization": x_portkey_openai_organization,
                "x-portkey-openai-project": x_portkey_openai_project,
                "x-portkey-azure-resource-name": x_portkey_azure_resource_name,
                "x-portkey-azure-deployment-id": x_portkey_azure_deployment_id,
                "x-portkey-azure-api-version": x_portkey_azure_api_version,
                "x-portkey-azure-endpoint-name": x_portkey_azure_endpoint_name,
                "x-portkey-aws-access-key-id": x_portkey_aws_access_key_id,
                "x-portkey-aws-secret-access-key": x_portkey_aws_secret_access_key,
                "x-portkey-aws-session-token": x_portkey_aws_session_token,
                "x-portkey-aws-region": x_portkey_aws_region,
                "x-portkey-aws-s3-bucket": x_portkey_aws_s3_bucket,
                "x-portkey-aws-s3-object-key": x_portkey_aws_s3_object_key,
                "x-portkey-aws-bedrock-model": x_portkey_aws_bedrock_model,
                "x-portkey-vertex-project-id": x_portkey_vertex_project_id,
                "x-portkey-vertex-region": x_portkey_vertex_region,
                "x-portkey-vertex-storage-bucket-name": x_portkey_vertex_storage_bucket_name,
                "x-portkey-provider-file-name": x_portkey_provider_file_name,
                "x-portkey-provider-model": x_portkey_provider_model,
                "x-portkey-anthropic-beta": x_portkey_anthropic_beta,
                "x-portkey-anthropic-version": x_portkey_anthropic_version,
                "x-portkey-workers-ai-account-id": x_portkey_workers_ai_account_id,
                "x-portkey-huggingface-base-url": x_portkey_huggingface_base_url,
                "x-portkey-fireworks-account-id": x_portkey_fireworks_account_id,
                "x-portkey-mistral-fim-completion": x_portkey_mistral_fim_completion,
            }
        ),
    )


def parse(
    status: int, body: object
) -> models.PromptCompletion | models.ControlPlaneError | models.GatewayError | models.ProviderError | None:
    """Read the answer to `createPromptCompletion`: any 2xx as its model, a described failure as its record, else None.

    Raises:
        UnexpectedBody: where the JSON of a success is of another kind than the contract says.
    """
    if 200 <= status < 300:
        return answer(models.PromptCompletion, body, OPERATION_ID)
    return failure(body, models.ControlPlaneError, models.GatewayError, models.ProviderError)


def parse_event(data: object) -> models.PromptCompletionChunk:
    """Read one event of the stream that answers `createPromptCompletion`, from its decoded JSON.

    Raises:
        UnexpectedBody: where the event is no JSON object.
    """
    return event(models.PromptCompletionChunk, data, OPERATION_ID)
