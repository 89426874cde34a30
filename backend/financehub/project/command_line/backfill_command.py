"""`financehub backfill`: fetch history into the store, resumably."""
