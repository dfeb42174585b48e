"""AniList's GraphQL service in miniature, with a person's list and feed."""
