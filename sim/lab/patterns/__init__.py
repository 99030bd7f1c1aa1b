"""The pattern card: what a world must look like before its answers count, and how it compares with real orders."""
