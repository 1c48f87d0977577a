-- Needs neither a pinned path nor other rights, so that the planner puts its body in its place: the
-- plans are those of the condition written out. take_seats alone has it written out.
create or replace function app_private.is_free(
  status app_public.seat_status, locked_until timestamptz
)
returns boolean
language sql stable
return is_free.status = 'available'
  or (is_free.status = 'locked' and is_free.locked_until <= now());

comment on function app_private.is_free(app_public.seat_status, timestamptz) is
  'Whether a seat can be held now: it is available, or the deadline of its hold has passed.';
