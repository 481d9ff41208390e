"""The shared kernel: the terms that every capability uses, and the few interfaces to the outside."""

import gc

# What a start loads stays for good: up to a hundred thousand objects. With Python's own threshold of 2,000 the collector looks
# through them again and again, for a tenth of a cold start. Reference counts free nearly all that a request leaves behind. Each
# package of functions/ imports this first.
gc.set_threshold(200_000)
