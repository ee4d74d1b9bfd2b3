"""Import archives and mirror upstreams."""
