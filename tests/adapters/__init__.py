"""Tests of `bot.adapters`, and the contracts of the ports that also hold for the fakes."""
