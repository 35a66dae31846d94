"""All a buyer can reach: share links, their files, and what is recorded of a visit."""
