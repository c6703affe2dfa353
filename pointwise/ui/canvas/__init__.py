"""The drawing surface: its component, a drawing and what becomes of it, tools, samples."""
