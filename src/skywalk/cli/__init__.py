"""The command line: one module per command. It shows what the region says; all rules are elsewhere."""
