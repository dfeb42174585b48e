"""What a run says, in Actions' log or on a terminal."""
