"""Tests of the website's channel."""
