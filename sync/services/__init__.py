"""All input and output: the network, the disk, GitHub."""
