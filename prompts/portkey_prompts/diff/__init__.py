"""What a change of a prompt means for the apps that call it.

Nothing here does I/O. `compare` takes two versions of a prompt, and answers with a verdict and with the single changes
that led to it.

Example:
    >>> from portkey_prompts.diff import compare
    >>> diff = compare({"string": "Hello {{name}}!"}, {"string": "Hello {{name}}, welcome to {{city}}!"})
    >>> diff.verdict
    <Verdict.BREAKING: 'breaking'>
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .changes import Change as Change
    from .changes import Verdict as Verdict
    from .comparison import PromptDiff as PromptDiff
    from .comparison import compare as compare

if not TYPE_CHECKING:
    from portkey_openapi.lazy import lazy_package

    __getattr__, __dir__, __all__ = lazy_package(
        __name__,
        {
            ".changes": ["Change", "Verdict"],
            ".comparison": ["PromptDiff", "compare"],
        },
    )
