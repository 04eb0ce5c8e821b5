"""The demonstration: sample evidence made by stated rules, people with every role, one home."""
