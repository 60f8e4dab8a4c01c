"""The app: the market live in the browser (extra ``app``), served to this machine alone."""
