"""What reps really sent, with the evidence for it."""
