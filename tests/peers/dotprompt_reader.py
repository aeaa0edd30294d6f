"""Renders a `.prompt` file with Google's package: the file's path and the data in, the messages out, as JSON."""

import asyncio
import json
import sys
from pathlib import Path

from dotpromptz.dotprompt import Dotprompt
from dotpromptz.typing import DataArgument


async def main() -> None:
    source, data = Path(sys.argv[1]).read_text(), json.loads(sys.argv[2])
    rendered = await Dotprompt().render(source, DataArgument(input=data))
    messages = [
        {"role": str(m.role.value), "parts": [part.model_dump() for part in m.content]} for m in rendered.messages
    ]
    print(json.dumps({"messages": messages, "config": rendered.config, "model": rendered.model}))


asyncio.run(main())
