"""Madad without the outside world: what it knows and does, free of libraries and of I/O."""
