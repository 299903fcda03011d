"""Digests: letters that tell of many tickets at once, from what is collected to what each reader gets."""
