"""The life of a declaration (tờ khai): draft, submitted, revised, withdrawn; papers to bring, cost, printed copy."""
