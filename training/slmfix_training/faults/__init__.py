"""What language models get wrong: the menu of faults, their categories, and faults learnt from real failures (BIFI)."""
