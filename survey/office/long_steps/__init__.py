"""Steps that take longer than a page can wait: started once, watched from any process, downloads included."""
