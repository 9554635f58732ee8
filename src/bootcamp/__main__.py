"""`python -m bootcamp` is the `bootcamp` command."""

from bootcamp.cli import main

main()
