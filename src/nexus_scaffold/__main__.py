"""`python -m nexus_scaffold`, for where the `nexus` command is not on the PATH."""

from .cli import main

main()
