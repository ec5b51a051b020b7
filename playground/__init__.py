"""A browser playground for OpenAI-compatible APIs."""

VERSION = "0.1.0"
