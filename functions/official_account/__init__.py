"""The office's Zalo Official Account: what citizens do and type in the chat, and what is answered there."""
