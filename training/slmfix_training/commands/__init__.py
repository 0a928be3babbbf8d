"""The verbs of `slmfix-train`, one module each."""
