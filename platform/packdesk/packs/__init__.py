"""Pack files in, merged documents and problems out: reading, checking, merging, comparing, writing."""
