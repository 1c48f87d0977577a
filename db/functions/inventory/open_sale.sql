create or replace function app_private.open_sale(performance_id uuid)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_sale app_private.sale;
  v_is_on_sale boolean;
  v_opens_at timestamptz;
  v_closes_at timestamptz;
begin
  select
    p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
    e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
    e.commission_percentage, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
    s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max
  into v_sale
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organization_settings as s on s.organization_id = p.organization_id
  left join app_public.tax_rates as t
    on t.organization_id = e.organization_id and t.id = e.tax_rate_id
  where p.id = open_sale.performance_id;
  if v_sale.performance_id is null then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;

  select
    e.status = 'published' and p.status = 'scheduled' and o.status = 'active',
    e.sales_start, coalesce(e.sales_end, p.starts_at)
  into v_is_on_sale, v_opens_at, v_closes_at
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  where p.id = open_sale.performance_id;
  if not v_is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = v_sale.performance_id::text;
  end if;
  if now() < v_opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_closes_at::text;
  end if;
  return v_sale;
end
$$;

comment on function app_private.open_sale(uuid) is
  'The terms of a performance that is on sale now. '
  'Raises LMNFD, LMEVT (not published), LMSAL (before or after sales).';
