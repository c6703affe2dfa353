"""The page on which one paints over a picture and a network labels the rest."""
