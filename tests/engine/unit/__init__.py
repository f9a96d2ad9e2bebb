"""Tests of what runs inside the engine, for the engine's environment."""
