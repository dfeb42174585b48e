"""Where the Trakt log-in is kept, and how it is renewed."""
