"""What a change means: of a prompt for the apps that call it, of the API's contract for the clients compiled from it.

Nothing here does I/O. `compare` takes two versions of a prompt, `compare_contracts` two decoded OpenAPI documents; each
answers with a verdict and with the single changes that led to it.

Example:
    >>> from portkey_ai.diff import compare
    >>> diff = compare({"string": "Hello {{name}}!"}, {"string": "Hello {{name}}, welcome to {{city}}!"})
    >>> diff.verdict
    <Verdict.BREAKING: 'breaking'>
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .changes import Change as Change
    from .changes import Verdict as Verdict
    from .contract import ContractChange as ContractChange
    from .contract import ContractDiff as ContractDiff
    from .contract import ContractError as ContractError
    from .contract import ContractVerdict as ContractVerdict
    from .contract import bump_ok as bump_ok
    from .contract import compare_contracts as compare_contracts
    from .contract import required_bump as required_bump
    from .prompts import compare as compare
    from .report import PromptDiff as PromptDiff

_HOMES = {
    "Change": "changes",
    "ContractChange": "contract",
    "ContractDiff": "contract",
    "ContractError": "contract",
    "ContractVerdict": "contract",
    "PromptDiff": "report",
    "Verdict": "changes",
    "bump_ok": "contract",
    "compare": "prompts",
    "compare_contracts": "contract",
    "required_bump": "contract",
}

__all__ = [
    "Change",
    "ContractChange",
    "ContractDiff",
    "ContractError",
    "ContractVerdict",
    "PromptDiff",
    "Verdict",
    "bump_ok",
    "compare",
    "compare_contracts",
    "required_bump",
]

if not TYPE_CHECKING:

    def __getattr__(name):
        """Load a name when it is first asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
        globals()[name] = value
        return value
