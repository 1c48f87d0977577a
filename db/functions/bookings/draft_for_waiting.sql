-- A guest's draft belongs to a token that nobody has, until the one of the mail claims it.
create or replace function app_private.draft_for_waiting(
  entry app_public.waiting_list_entries, sale app_private.sale, is_complete boolean
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sale app_private.sale := draft_for_waiting.sale;
  v_buyer app_private.buyer;
  v_booking app_public.bookings;
begin
  v_buyer.user_id := (draft_for_waiting.entry).user_id;
  if exists (
    select from app_public.users as u
    where u.id = v_buyer.user_id and u.account_status <> 'active'
  ) then
    raise exception 'This account cannot sign in.' using errcode = 'LMLCK';
  elsif v_buyer.user_id is null then
    v_buyer.cart_token_hash := app_hidden.hash_token(app_public.create_cart_token());
  end if;
  -- Counted without the lock of a hold: who has it may be waiting for places that the caller has.
  if (
    select count(*) from app_public.bookings as b
    where b.user_id = v_buyer.user_id
      and b.organization_id = v_sale.organization_id
      and b.expires_at > now()
  ) >= v_sale.open_carts_max then
    raise exception 'They have too many open carts.' using errcode = 'LMCRS';
  end if;
  perform app_private.require_may_hold(v_sale, v_buyer, null, (draft_for_waiting.entry).quantity);
  insert into app_public.bookings (
    organization_id, performance_id, booking_reference, user_id, cart_token_hash, customer_id,
    customer_email, customer_name, currency, commission_percentage, expires_at
  )
  select
    v_sale.organization_id, v_sale.performance_id,
    app_private.generate_booking_reference(v_sale.organization_id), v_buyer.user_id,
    v_buyer.cart_token_hash, c.id, coalesce(u.email, c.email),
    nullif(concat_ws(' ', c.first_name, c.last_name), ''),
    v_sale.currency, v_sale.commission_percentage,
    now() + least(
      case when draft_for_waiting.is_complete
        then app_private.waiting_offer_time(v_sale.organization_id)
      end,
      make_interval(secs => v_sale.hold_seconds_max)
    )
  from app_public.customers as c
  -- An account may have another address by now.
  left join app_public.users as u on u.id = v_buyer.user_id
  where c.organization_id = v_sale.organization_id
    and c.id = (draft_for_waiting.entry).customer_id
  -- Whoever forgets a customer waits for their entry, which the caller has.
  for key share of c skip locked
  returning * into strict v_booking;
  return v_booking;
end
$$;

comment on function app_private.draft_for_waiting(
  app_public.waiting_list_entries, app_private.sale, boolean
) is
  'An empty draft for whoever waited: for as long as offers are kept, or, while places are '
  'gathered, for as long as anything may be held. Raises LMLCK, LMGST, LMQTY, LMCRS, '
  'and no_data_found while the customer is being forgotten.';
