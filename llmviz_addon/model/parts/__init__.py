"""What models are made of: each part told once, its tensors, its parameters in a checkpoint, its forward step."""
