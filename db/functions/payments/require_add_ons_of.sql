create or replace function app_private.require_add_ons_of(
  booking app_public.bookings, add_on_item_ids uuid[], add_on_quantities integer[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad record;
begin
  if num_nonnulls(require_add_ons_of.add_on_item_ids, require_add_ons_of.add_on_quantities) = 0 then
    return;
  end if;
  if coalesce(cardinality(require_add_ons_of.add_on_item_ids) not between 1 and 1000, true)
    or cardinality(require_add_ons_of.add_on_item_ids)
      is distinct from cardinality(require_add_ons_of.add_on_quantities)
    -- Null is not counted.
    or cardinality(require_add_ons_of.add_on_item_ids)
      <> (select count(distinct n) from unnest(require_add_ons_of.add_on_item_ids) as n)
  then
    raise exception 'Name lines with add-ons, each once, and how many come back.'
      using errcode = 'LMINP', detail = 'add_on_item_ids';
  end if;
  -- Its parts are taken back as a whole.
  if (require_add_ons_of.booking).status = 'partially_paid' then
    perform app_private.raise_booking_status(require_add_ons_of.booking);
  end if;
  select n.id, i.quantity - i.returned_quantity as live into v_bad
  from unnest(
    require_add_ons_of.add_on_item_ids, require_add_ons_of.add_on_quantities
  ) as n (id, quantity)
  left join app_public.booking_items as i
    on i.organization_id = (require_add_ons_of.booking).organization_id
    and i.booking_id = (require_add_ons_of.booking).id
    and i.id = n.id
    and i.add_on_id is not null
  where coalesce(n.quantity not between 1 and i.quantity - i.returned_quantity, true)
  limit 1;
  if v_bad.live is not null then
    raise exception 'Of this line, % can come back.', v_bad.live
      using errcode = 'LMINP', detail = 'add_on_quantities';
  elsif v_bad.id is not null then
    raise exception 'This is not an add-on of the booking.'
      using errcode = 'LMNFD', detail = v_bad.id::text;
  end if;
end
$$;

comment on function app_private.require_add_ons_of(app_public.bookings, uuid[], integer[]) is
  'Raises LMNFD unless all are lines of the booking with add-ons, LMINP unless so many of each can '
  'come back, LMBST for a booking that is not paid for.';
