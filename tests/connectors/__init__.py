"""Tests of the connectors, over real sockets."""
