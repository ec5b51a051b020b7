"""Without the day of the week, which Django's own puts before every date with a time."""

DATETIME_FORMAT = "j F Y H:i"
