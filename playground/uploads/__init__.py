"""Files that people upload: what they are, where they are kept, and what of them may be kept at all."""

from playground.uploads.keeping import Refused, Upload, files_of, keeper, store
from playground.uploads.media import Media, sniff

__all__ = ["Media", "Refused", "Upload", "files_of", "keeper", "sniff", "store"]
