"""Entry points: HTTP API, worker, command line and the embedded stack; the only place that knows all packages."""
