"""Use cases: plain arguments in, frozen results out; nothing is printed and nothing is wired here."""
