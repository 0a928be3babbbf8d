"""One external thing per module: processes, git, GitHub, the Actions runner, tree-sitter, onnxruntime, files."""
