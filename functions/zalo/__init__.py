"""All code for Zalo's protocols: its graph, the Official Account, tokens, signatures, chat users, messages."""
