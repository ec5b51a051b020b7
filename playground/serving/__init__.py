"""The server behind `manage.py serve`: Daphne's, with limits before the first byte is kept and an orderly end."""
