"""What people look at: the scorecard and the alerts of a release, and each role's view of them.

Metrics come from `semantic_layer` alone. Where data comes from and how models are built does not belong
here.
"""
