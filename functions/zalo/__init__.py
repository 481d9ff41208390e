"""All that speaks Zalo's protocols: its graph, the Official Account, tokens, signatures, who is whom, a message."""
