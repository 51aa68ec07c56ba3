"""The classifiers that come with Limn: found by name, put together at first use, packed."""
