"""Training samples: broken programs, prompts and edit scripts, confirmed by the real validator."""
