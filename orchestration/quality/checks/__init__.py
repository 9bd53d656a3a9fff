"""The checks of the gate, one module per kind; each check is one function under `@check`.

Every module in this folder is imported by the registry. What checks share (reading suite files, profiling,
comparing) stands in the modules of `quality`.
"""
