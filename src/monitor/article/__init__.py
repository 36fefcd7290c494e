"""Page → Article, and Article → queue text and back: what a page says once its chrome is gone."""
