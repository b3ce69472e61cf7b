"""What one forwarded packet costs: ours, Janus and a bare C loop under one load."""
