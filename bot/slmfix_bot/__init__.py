"""slmfix-bot: verified repairs for AI-written lines that fail static validators."""

__version__ = "0.1.0"
