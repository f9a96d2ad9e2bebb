"""One script a question; each prints a table and writes it to benchmarks/results/ as JSON."""
