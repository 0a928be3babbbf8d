"""Clean programs: named packages and generators in, one JSONL file a language and a manifest out."""
