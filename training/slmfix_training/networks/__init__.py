"""Networks and their vocabularies: new ones, pretrained starts, checkpoints."""
