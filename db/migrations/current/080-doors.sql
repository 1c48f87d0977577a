-- What only some scans need of the event, they read themselves.
alter type app_private.door drop attribute reentry_limit, add attribute event_id uuid;
