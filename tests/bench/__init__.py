"""Speed as ratios to floors measured in the same run (`make bench`). A benchmark, not a test: nothing gates on it."""
