"""What stands on the stage: grids, ribbons, drawings, letters, models in outline, the camera and its page."""
