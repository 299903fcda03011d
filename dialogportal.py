"""The front door: settings, commands, chores."""
