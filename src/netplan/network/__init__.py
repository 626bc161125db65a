"""The network of one year in SI units: graph, routes, demands, failure states."""
