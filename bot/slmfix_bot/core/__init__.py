"""Pure domain code: no input or output, no clock, no randomness from outside."""
