"""The agents' console: a page, and what it asks of the service."""
