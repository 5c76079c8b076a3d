"""The library of questionnaires, their editor with its one step back, their preview and their files."""
