"""SRTP: key derivation, the AES-GCM send path, and libsrtp for everything else."""
