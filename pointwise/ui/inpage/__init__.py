"""What is computed in the page itself: networks and drawings in JavaScript, evaluated while a person draws or drags."""
