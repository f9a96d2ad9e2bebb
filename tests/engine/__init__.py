"""Conversations through the real engine, and (in `unit`, in the engine's own environment) tests of its components."""
