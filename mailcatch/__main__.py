"""`python -m mailcatch` is the same as `mailcatch`."""

from mailcatch.cli import main

if __name__ == "__main__":
    main()
