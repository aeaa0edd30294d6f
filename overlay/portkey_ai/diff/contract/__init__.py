"""Changes of the API's contract, an OpenAPI 3.1 document: found, classified, and measured against its version."""

from .bumps import bump_ok, required_bump
from .comparison import compare_contracts
from .levels import ContractVerdict
from .references import ContractError
from .report import ContractChange, ContractDiff

__all__ = [
    "ContractChange",
    "ContractDiff",
    "ContractError",
    "ContractVerdict",
    "bump_ok",
    "compare_contracts",
    "required_bump",
]
