"""The demonstration: a presenter and a few halls that use Hallcast as anyone would.

They are ordinary clients in a process of their own: they log in, join over Socket.IO
and publish by WHIP. Nothing in the server knows them.
"""
