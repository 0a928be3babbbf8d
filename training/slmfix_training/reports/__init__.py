"""What was measured and recorded."""
