"""Assets, their versions, pages and passages; lifecycle, import, permission."""
