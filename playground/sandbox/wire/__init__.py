"""What goes over the wire: bodies read and checked, steps written as events, chunks and JSON."""
