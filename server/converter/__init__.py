"""Turns an uploaded PDF into pictures and text, in a process of its own.

`render` is what the web process calls; `python -m server.converter` is the process.
"""
