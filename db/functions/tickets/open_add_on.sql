-- The buyer's own, and nobody's who acts for them. The booking is locked first, so that it is not
-- refunded at the same moment.
create or replace function app_public.open_add_on(booking_item_id uuid)
returns app_public.opened_add_on
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_item app_public.booking_items;
  v_opened app_public.opened_add_on;
begin
  select b.* into v_booking
  from app_public.bookings as b
  where b.id = (
      select i.booking_id from app_public.booking_items as i
      where i.id = open_add_on.booking_item_id and i.add_on_id is not null
    )
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
  for no key update;
  if not found then
    perform app_private.require_buyer();
    raise exception 'There is no such add-on, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', open_add_on.booking_item_id),
        hint = 'Give the line of your booking that has add_on_id, not the add-on.';
  end if;
  perform app_hidden.refuse_impersonator();
  select * into strict v_item
  from app_public.booking_items as i where i.id = open_add_on.booking_item_id;
  if v_booking.status not in ('confirmed', 'completed')
    or v_item.returned_quantity >= v_item.quantity
  then
    raise exception 'The add-on is not paid for, or was returned.'
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  select v_item.id, a.id, a.name, d.url, app_private.draw_add_on_codes(v_item), null
  into v_opened
  from app_public.add_ons as a
  left join app_private.add_on_downloads as d
    on d.organization_id = a.organization_id and d.add_on_id = a.id
  where a.organization_id = v_item.organization_id and a.id = v_item.add_on_id
    and a.delivery = 'digital';
  if v_opened.download_url is null and coalesce(v_opened.codes, '{}') = '{}' then
    raise exception 'There is nothing to download.'
      using errcode = 'LMNFD', hint = 'Ask the organization; quote the booking reference.';
  end if;
  insert into app_public.add_on_deliveries (
    booking_item_id, organization_id, performance_id, delivered_by
  )
  values (
    v_item.id, v_item.organization_id, v_booking.performance_id, app_hidden.current_user_id()
  )
  on conflict on constraint add_on_deliveries_pkey do nothing;
  select d.delivered_at into strict v_opened.opened_at
  from app_public.add_on_deliveries as d
  where d.organization_id = v_item.organization_id and d.booking_item_id = v_item.id;
  return v_opened;
end
$$;

comment on function app_public.open_add_on(uuid) is
  'What the buyer of a digital add-on gets: its address, and a code for each unit, which are drawn '
  'now and stay the same. When they first looked is noted as its delivery. '
  'Raises LMBKG, LMBST (it is not paid for, or was returned), LMNFD (there is nothing yet), LMFEW '
  '(try again), LMIMP, LMSES, LMCRT.';
grant execute on function app_public.open_add_on(uuid) to lml_anonymous, lml_user;
