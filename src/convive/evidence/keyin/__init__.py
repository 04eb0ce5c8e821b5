"""Small tables that are typed in from paper, beside the scan, and confirmed by somebody else."""
