"""The tests, and the fakes and servers that they work with."""
