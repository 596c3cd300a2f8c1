"""What Bida can do on this machine: throughput, latency, start-up and memory, each beside its raw limit."""
