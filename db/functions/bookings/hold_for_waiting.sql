-- A hold as any other: whoever it is refused to, for too many open carts or by a rule against
-- fraud, keeps waiting, and so does who has as many tickets as one may, until they return some. The
-- block lets go of all of it then.
create or replace function app_private.hold_for_waiting(
  entry app_public.waiting_list_entries, sale app_private.sale, ticket_category_id uuid,
  quantity integer
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_entry app_public.waiting_list_entries := hold_for_waiting.entry;
  v_is_complete boolean := v_entry.gathered + hold_for_waiting.quantity = v_entry.quantity;
  v_booking app_public.bookings;
begin
  if not app_private.may_have_offer(v_entry, hold_for_waiting.ticket_category_id) then
    return null;
  end if;
  if v_entry.booking_id is null then
    v_booking := app_private.draft_for_waiting(v_entry, hold_for_waiting.sale, v_is_complete);
  else
    select * into strict v_booking
    from app_public.bookings as b
    where b.id = v_entry.booking_id
    for no key update skip locked;
    perform app_private.require_open_draft(v_booking);
  end if;
  perform app_private.hold_some(
    v_booking, hold_for_waiting.sale, hold_for_waiting.ticket_category_id,
    hold_for_waiting.quantity, v_entry.is_accessible
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  update app_public.waiting_list_entries as w
  set status = case when v_is_complete then 'offered' else 'gathering' end
      ::app_public.waiting_list_status,
    booking_id = v_booking.id,
    gathered = w.gathered + hold_for_waiting.quantity,
    offered_at = case when v_is_complete then now() end
  where w.id = v_entry.id
  returning * into v_entry;
  if v_is_complete then
    perform app_private.mail_booking(v_booking, 'waiting_list_offer');
  end if;
  return v_entry;
exception
  when no_data_found or unique_violation then
    return null;
  when others then
    if sqlstate !~ '^LM' then
      raise;
    end if;
    return null;
end
$$;

comment on function app_private.hold_for_waiting(
  app_public.waiting_list_entries, app_private.sale, uuid, integer
) is
  'Holds places for an entry, which the caller has locked, and tells its owner when these are all; '
  'null when it cannot be done now.';
