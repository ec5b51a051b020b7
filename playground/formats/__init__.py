"""How numbers are written, where Django and browsers are of two minds."""
