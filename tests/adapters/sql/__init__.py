"""Tests of the stores, each on the fake, on SQLite and on PostgreSQL."""
