"""The pictures of the documents, taken from the product itself: `./run pictures [names]`.

A playground of its own is filled with the same sessions each time; what a run measured is then put at an even pace and
every session at its hour, so that a picture changes only when the page does. Letters are this machine's fonts.
"""
