"""Every select over rules, holds and disposal lists."""
