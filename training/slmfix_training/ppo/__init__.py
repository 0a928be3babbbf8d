"""Proximal policy optimisation against the validator."""
