"""What trains and measures. ``python -m benchmarks`` measures it and rewrites RESULTS.md."""
