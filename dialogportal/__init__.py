"""The front door: settings, commands, chores. Nobody imports it."""
