"""Fault and load cases at full size: `./run soak [names]`."""
