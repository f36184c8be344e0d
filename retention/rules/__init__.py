"""Pure decisions about keeping and giving away: plain values in and out, no session, no clock."""
