"""Topics and edits of them in, the topics as they then stand out; every edit can be undone."""
