"""What moves: channels as properties of Blender, keyframes, markers."""
