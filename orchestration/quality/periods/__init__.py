"""What the rows of each stream look like in a span of business time, and how usual that is.

`columns` says what of a stream is counted, `counting` counts it in a candidate, `slices` are the counts as records,
`usual` is what earlier months make one expect. The checks that compare stand in `orchestration.quality.checks`.
"""
