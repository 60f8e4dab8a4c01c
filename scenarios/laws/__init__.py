"""What must hold of every behaviour of a kind, whoever wrote it.

The tests hold all that is shipped to it, ``tokenmarket laws`` what is in a person's own file. It needs hypothesis,
which comes with the extra ``laws``.
"""
