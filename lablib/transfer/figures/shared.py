"""What several panels of this room show alike."""

HEIGHT = 280
