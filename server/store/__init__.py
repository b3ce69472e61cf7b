"""Rows and queries. Nothing here decides; nothing outside writes SQL."""
