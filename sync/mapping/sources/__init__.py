"""What the datasets claim: one module each, and one index of them all."""
