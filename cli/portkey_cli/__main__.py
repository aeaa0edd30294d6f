"""`python -m portkey_cli` is `portkey-prompts`."""

import sys

from portkey_cli.main import main

sys.exit(main())
