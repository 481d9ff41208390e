"""The forms of the declaration (tờ khai): editions, fields, what is wrong or doubtful in an answer. No AWS in it."""
