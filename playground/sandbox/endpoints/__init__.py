"""What each address of the sandbox does: one file per family of addresses."""
