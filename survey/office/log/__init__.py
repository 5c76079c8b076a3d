"""The staff log: the hook that writes a line for each request, its pages, and its codes in plain words."""
