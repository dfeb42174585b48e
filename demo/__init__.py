"""The services in miniature, on loopback, as strict as the real ones, with a sample library of real anime."""
