"""Excel workbooks: safe cells, native charts, sheets ready to print."""
