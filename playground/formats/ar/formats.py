"""Arabic with western digits, as browsers write it for `ar-u-nu-latn` (see static/js/numbers.js)."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
