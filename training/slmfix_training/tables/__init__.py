"""Builders of the tables that the bot's validators ship."""
