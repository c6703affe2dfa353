"""What all pages stand in: navigation, start-up, colours, labels, charts."""
