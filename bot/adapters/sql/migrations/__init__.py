"""The migrations, one file a step, run by `bot.adapters.sql.migrate`."""
