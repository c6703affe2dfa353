"""The static edition: the app's pages that need no Python, as plain files that any web server hosts."""

from pointwise.static_site.building import Site, write_site

__all__ = ["Site", "write_site"]
