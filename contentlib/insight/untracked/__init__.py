"""What left as a file or a plain address, where nobody sees whether it was read."""
