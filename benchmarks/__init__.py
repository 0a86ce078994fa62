"""What trains and measures. ``python -m benchmarks`` measures all and rewrites RESULTS.md."""
