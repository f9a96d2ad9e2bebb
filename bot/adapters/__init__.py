"""The outside world behind `bot.ports`: databases, the engine, models, files."""
