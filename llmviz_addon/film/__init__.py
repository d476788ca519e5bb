"""Pictures out of a scene: stills, frames, video, captions. Nothing here knows what the film is about."""
