-- One statement for all that a sale has to know beforehand: every statement more would be felt in
-- the hot path. Buyers name seats by their ids; the hot table knows their numbers.
create or replace function app_private.open_sale(performance_id uuid, seat_ids text[] default null)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_found record;
begin
  select
    row(
      p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
      e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
      e.commission_percentage, e.tax_percentage, e.allow_guest_checkout, e.hold_seconds,
      e.checkout_seconds, e.hold_seconds_max, e.tickets_per_booking_max,
      case when cardinality(open_sale.seat_ids) <= e.tickets_per_booking_max then array(
        select l.seat_no
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (open_sale.seat_ids)
      ) end,
      e.screens_holds,
      e.open_carts_max,
      e.prices_vary
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
    e.visibility = 'private' as is_private,
    e.sales_start as opens_at,
    coalesce(e.sales_end, p.starts_at) as closes_at
  into v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = open_sale.performance_id;
  if not found then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;
  -- The one question that is asked of private events only: a hold of any other costs nothing more.
  if v_found.is_private then
    perform app_private.require_opened_event(v_found.sale);
  end if;
  if not v_found.is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = open_sale.performance_id::text;
  end if;
  if now() < v_found.opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_found.opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_found.closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_found.closes_at::text;
  end if;
  if open_sale.seat_ids = '{}'
    or cardinality((v_found.sale).seat_nos) is distinct from cardinality(open_sale.seat_ids)
  then
    perform app_private.raise_bad_seat_ids(v_found.sale, open_sale.seat_ids);
  end if;
  return v_found.sale;
end
$$;

comment on function app_private.open_sale(uuid, text[]) is
  'The terms of a performance that is on sale now, with the numbers of the seats that are wanted, '
  'in no order. Raises LMNFD (or private, and no code came), LMEVT (not published), LMSAL (before '
  'or after sales), LMQTY (no seat or too many), LMSDP (one twice), LMSEA (unknown).';
