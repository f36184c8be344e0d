"""Tables of the retention package: rules and dates, holds, disposal lists."""
