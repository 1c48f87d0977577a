create or replace function app_private.require_not_delivered(
  booking app_public.bookings, booking_item_ids uuid[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  select d.booking_item_id into v_id
  from app_public.add_on_deliveries as d
  where d.organization_id = (require_not_delivered.booking).organization_id
    and d.booking_item_id = any (require_not_delivered.booking_item_ids)
  limit 1;
  if found then
    raise exception 'You have got it already.'
      using errcode = 'LMTUS', detail = v_id::text, hint = 'Ask the organization to take it back.';
  end if;
end
$$;

comment on function app_private.require_not_delivered(app_public.bookings, uuid[]) is
  'Raises LMTUS when a buyer has got one of these add-ons.';
