"""Public benchmarks: what each stage reaches on data labelled by people, with 95% intervals."""
