"""A worker with half again as many viewers as it can serve: what it sheds, and how."""
