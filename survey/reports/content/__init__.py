"""What the papers of a result say: sentences, tables and drawings, before anybody decides how they are printed."""
