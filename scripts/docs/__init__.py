"""The generated pages of `docs/`: streams, marts, metrics, the command line, and the schema of `embudo.yml`.

One module per page turns YAML, the command line or the settings into plain records; a template of the
same name in `templates/` turns these into Markdown. Pages that people write do not belong here.
"""
