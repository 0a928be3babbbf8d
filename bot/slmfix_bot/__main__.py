"""`python -P -m slmfix_bot`, for where the command is not on the path."""

from slmfix_bot.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
