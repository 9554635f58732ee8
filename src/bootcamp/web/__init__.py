"""The bootcamp's own pages, mounted in the hub as the service `bootcamp`; works offline."""
