"""Arabic with western digits, as browsers write it for `ar-u-nu-latn` (see static/js/numbers.js)."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3

# Django has dates for Arabic, but none with a time: those would have the month before the day.
DATETIME_FORMAT = "j F Y، g:i A"
SHORT_DATETIME_FORMAT = "d\u200f/m\u200f/Y g:i A"
