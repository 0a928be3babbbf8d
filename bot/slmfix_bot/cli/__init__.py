"""Command line: one verb per file, `build.py` wires everything."""
