"""What a valid policy says that its author can hardly mean: parts that never match, and those that lock out."""
