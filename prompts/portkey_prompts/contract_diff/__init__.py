"""Changes of the API's contract, an OpenAPI 3.1 document: found, classified, and compared with its version."""

from .comparison import compare_contracts
from .document import ContractError
from .findings import ContractVerdict
from .report import ContractChange, ContractDiff, bump_ok, required_bump

__all__ = [
    "ContractChange",
    "ContractDiff",
    "ContractError",
    "ContractVerdict",
    "bump_ok",
    "compare_contracts",
    "required_bump",
]
