"""A check of Schemathesis's: whatever well-formed request is answered 400 bears a malformed template."""

import schemathesis


@schemathesis.check
def malformed_templates_only(context, response, case):
    meta = case.meta
    if response.status_code == 400 and meta is not None and meta.generation.mode.is_positive:
        message = response.json()["data"]["message"]
        assert message.startswith("`string` is malformed:"), f"a well-formed request was refused: {message}"
