"""Socket.IO: connections in, commands in, filtered events out."""
