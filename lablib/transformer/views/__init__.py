"""The views of this room: each one's Python, JavaScript and CSS side by side."""
