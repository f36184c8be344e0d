"""Pure decisions: plain values in and out, no session, no clock."""
