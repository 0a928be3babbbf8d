"""Data and reward for verl, the paper's engine."""
