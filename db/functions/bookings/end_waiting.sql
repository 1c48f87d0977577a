-- The booking first, as everywhere, then the entry, which may have got one meanwhile.
create or replace function app_private.end_waiting(
  entry_id uuid, status app_public.waiting_list_status
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_entry app_public.waiting_list_entries;
  v_booking app_public.bookings;
begin
  select b.* into v_booking
  from app_public.waiting_list_entries as w
  join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
  where w.id = end_waiting.entry_id and w.ended_at is null
  for no key update of b;
  select * into strict v_entry
  from app_public.waiting_list_entries as w where w.id = end_waiting.entry_id
  for no key update;
  if v_entry.ended_at is null and v_entry.booking_id is distinct from v_booking.id then
    raise exception 'Places are being offered at this moment.'
      using errcode = 'LMBSY', hint = 'Try again in a moment.';
  end if;
  if v_entry.ended_at is null then
    if v_booking.status = 'draft' and v_booking.expires_at > now() then
      perform app_private.close_booking(v_booking, null);
    end if;
    update app_public.waiting_list_entries as w
    set ended_at = now(),
      status = case when v_booking.confirmed_at is null then end_waiting.status else 'taken' end
    where w.id = v_entry.id
    returning * into v_entry;
    perform app_private.ask_waiting_list(v_entry.performance_id);
  end if;
  return v_entry;
end
$$;

comment on function app_private.end_waiting(uuid, app_public.waiting_list_status) is
  'Ends an entry, and lets go what is held for it. Raises LMBSY.';
