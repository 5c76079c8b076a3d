"""The document of a questionnaire: its shape, its faults, its one way of writing, and the library of its versions."""
