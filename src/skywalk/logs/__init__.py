"""What the region's processes say: one line for each thing, as text for people or JSON for programs.

Field names are the same everywhere: `time` (RFC 3339, UTC), `level`, `process`, `logger`, `message`; and where they
apply `account`, `region`, `vpc_id`, `request_id`, `service`, `action`, `caller`, `status`, `code`, `duration_ms`,
`exception`. A log file is bounded, and a line that cannot be written is lost: logging never stops the region.
"""
