"""Says what the official SDK has under its names, then what its createHeaders makes of each line of JSON."""

import json
import sys

from portkey_ai import PORTKEY_GATEWAY_URL, AsyncPortkey, Portkey, createHeaders
from portkey_ai.api_resources.global_constants import PORTKEY_BASE_URL


def outcome(keywords):
    """What comes out, in its order, or the name of what is raised."""
    try:
        return list(createHeaders(**keywords).items())
    except Exception as error:
        return type(error).__name__


names = {kind.__name__: [name for name in dir(kind(api_key="k")) if name[0] != "_"] for kind in (Portkey, AsyncPortkey)}
print(json.dumps({"constants": [PORTKEY_BASE_URL, PORTKEY_GATEWAY_URL], **names}), flush=True)
for line in sys.stdin:
    print(json.dumps(outcome(json.loads(line))), flush=True)
