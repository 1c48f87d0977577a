-- Stable, as adding an interval is: an immutable one would not be inlined into its callers.
create or replace function app_hidden.closing_time(starts_at timestamptz, ends_at timestamptz)
returns timestamptz
language sql stable
return coalesce(ends_at, starts_at + interval '24 hours');

comment on function app_hidden.closing_time(timestamptz, timestamptz) is
  'Until when tickets of a performance let people in: to its end, or for a day from its start.';
