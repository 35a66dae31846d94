"""Which of our versions a file is: renamed, saved anew, edited, or pages of it in another."""
