"""What a user shows, as bytes that last: images, figures, tables, text and histograms."""
