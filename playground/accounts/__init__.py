"""Who is here: the one owner of local mode, the members of team mode, and how long they may stay."""
