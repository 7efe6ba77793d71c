"""What is shown of a result: plots, tables, sentences and tokens; nothing is computed here."""
