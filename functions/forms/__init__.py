"""The forms of the declaration (tờ khai): editions, fields, mistakes and doubts in an answer. It uses no AWS."""
