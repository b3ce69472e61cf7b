"""A load generator that knows a server by WHIP and WHEP alone."""
