"""The metrics of a release, served: the room that knows releases and definitions, never sources."""
