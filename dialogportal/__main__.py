"""`python -m dialogportal`, the same as the command `dialogportal`."""

from dialogportal.commands import main

if __name__ == "__main__":
    main()
