"""The pure core of a session: commands, decisions, events, state. No I/O, no clock."""
