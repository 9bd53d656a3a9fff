"""Speed and memory, compared with hand-written DuckDB SQL on the same input in the same run.

Run by people (`make benchmark`), never by a timed test: machines differ and are noisy, ratios less so.
"""
