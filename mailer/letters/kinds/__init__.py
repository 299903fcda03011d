"""Every kind of letter, declared in one file a kind or family: its cause, its readers, its draft, its samples."""
