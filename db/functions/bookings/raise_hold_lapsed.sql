create or replace function app_private.raise_hold_lapsed(booking app_public.bookings)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The hold has run out.'
    using errcode = 'LMEXP', detail = (raise_hold_lapsed.booking).id::text,
      hint = 'Hold the seats again.';
end
$$;

comment on function app_private.raise_hold_lapsed(app_public.bookings) is 'Raises LMEXP.';
