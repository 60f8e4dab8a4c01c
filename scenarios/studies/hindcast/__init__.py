"""The hindcast: the scenario of that name run over seeds and doubtful parameters, held against what was observed."""
