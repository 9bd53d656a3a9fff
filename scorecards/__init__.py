"""Readers' views of a release: the scorecard and the alerts, and what each role sees of them.

Metrics come from `semantic_layer` alone. Ingestion and models do not belong here.
"""
