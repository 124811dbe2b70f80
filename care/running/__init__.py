"""What `care up` runs on one machine, and what keeps it running; `care serve`, `care status`, `care doctor`."""
