"""`completion`: a shell's completion script."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from typer._completion_shared import get_completion_script

from portkey_cli.failures import COMPLETING, PROGRAM
from portkey_cli.options import add_command
from portkey_cli.output import write_line

EXAMPLE = """bash: eval "$(portkey-prompts completion bash)" in ~/.bashrc

zsh: eval "$(portkey-prompts completion zsh)" in ~/.zshrc, after compinit

fish: portkey-prompts completion fish > ~/.config/fish/completions/portkey-prompts.fish"""

_BASH = r"""
_portkey_prompts_completion() {
    # Bash begins a word at the @ of a reference: what stands before it is put there, and taken off again.
    local IFS=$'\n' words=("${COMP_WORDS[0]}") index last
    for ((index = 1; index <= COMP_CWORD; index++)); do
        last=$((${#words[@]} - 1))
        if ((last > 0)) && [[ ${COMP_WORDS[index]} == @* || ${words[last]} == *@ ]]; then
            words[last]+=${COMP_WORDS[index]}
        else
            words+=("${COMP_WORDS[index]}")
        fi
    done
    last=$((${#words[@]} - 1))
    COMPREPLY=($(env COMP_WORDS="${words[*]}" COMP_CWORD=$last COMPLETING=complete_bash "$1"))
    if [[ $COMP_WORDBREAKS == *@* && ${words[last]} == *@* ]]; then
        COMPREPLY=("${COMPREPLY[@]/#*@/@}")
    fi
}

complete -o default -F _portkey_prompts_completion PROGRAM
""".lstrip()


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "completion", completion, EXAMPLE)


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish", "powershell"], typer.Argument(metavar="SHELL")],
) -> None:
    """Print a shell's completion script.

    With it the shell completes commands, options, prompts, labels, partials and collections. SHELL is bash, zsh, fish
    or powershell.
    """
    if shell == "bash":
        write_line(_BASH.replace("PROGRAM", PROGRAM).replace("COMPLETING", COMPLETING))
    else:
        write_line(get_completion_script(prog_name=PROGRAM, complete_var=COMPLETING, shell=shell))
