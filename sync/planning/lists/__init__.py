"""What belongs into ratings, watchlist and dropped shows."""
