"""The life of a declaration (tờ khai): a draft, submitted, revised, withdrawn; what to bring, its cost, its printed copy."""
