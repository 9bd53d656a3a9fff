"""The semantic layer over the network: transport only, over `semantic_layer` and `scorecards`.

A protocol turns what a client sends into a `QueryRequest` and an answer into what the client reads. What a metric
means, how a filter is made safe and which release answers does not belong here.
"""
