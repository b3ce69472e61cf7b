"""HTTP: handlers that decode a request, call one service and answer its result."""
