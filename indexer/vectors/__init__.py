"""Vector search: segments of passage vectors on disk, and the engines that scan them."""
