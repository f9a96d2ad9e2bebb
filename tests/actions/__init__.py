"""Tests of the actions, through the webhook that the engine calls."""
