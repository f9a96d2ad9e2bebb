"""Tests of the core, without the outside world."""
