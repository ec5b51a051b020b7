"""Where requests go: connections are filled in, kept and tried out."""
