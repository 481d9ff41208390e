"""The electronic declaration (tờ khai): its form editions, what is wrong with it, what to bring, what is kept."""
