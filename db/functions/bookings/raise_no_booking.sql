create or replace function app_private.raise_no_booking(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- A dead session or a missing token is more often the reason than a wrong id.
  perform app_private.require_buyer();
  raise exception 'There is no such booking, or it is not yours.'
    using errcode = 'LMBKG', detail = format('%s', raise_no_booking.booking_id);
end
$$;

comment on function app_private.raise_no_booking(uuid) is 'Raises LMBKG, LMSES, LMCRT.';
