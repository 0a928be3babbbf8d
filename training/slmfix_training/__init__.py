"""Corpora, corruption, supervised training and evaluation of the repair model (command `slmfix-train`)."""
