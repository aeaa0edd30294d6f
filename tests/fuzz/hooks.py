"""What Schemathesis is told besides: whose 400 is right, and how a stream is read."""

import json

import schemathesis


@schemathesis.check
def malformed_templates_only(context, response, case):
    """Refuse a 400 to a well-formed request, unless it bears a malformed template."""
    meta = case.meta
    if response.status_code == 400 and meta is not None and meta.generation.mode.is_positive:
        message = response.json()["data"]["message"]
        assert message.startswith("`string` is malformed:"), f"a well-formed request was refused: {message}"


@schemathesis.deserializer("text/event-stream")
def chunks_of(context, response):
    """Decode the data of each event, which the contract describes; Schemathesis would look at the events themselves."""
    events = response.content.decode().split("\n\n")
    return [json.loads(event.removeprefix("data: ")) for event in events if event not in ("", "data: [DONE]")]
