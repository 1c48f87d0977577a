create or replace function app_public.calculate_booking_totals(booking_id uuid)
returns app_public.booking_totals
language sql stable set search_path = ''
as $$
  select
    s.subtotal, s.discount, s.service_fee, s.processing_fee, s.tax,
    s.subtotal - s.discount + s.service_fee + s.processing_fee + s.tax,
    app_hidden.percentage_of(s.subtotal - s.discount, s.commission_percentage),
    s.subtotal - s.discount
      - app_hidden.percentage_of(s.subtotal - s.discount, s.commission_percentage)
  from (
    select
      b.commission_percentage,
      coalesce(sum(i.subtotal_cents), 0)::bigint as subtotal,
      coalesce(sum(i.discount_cents), 0)::bigint as discount,
      coalesce(sum(i.service_fee_cents), 0)::bigint as service_fee,
      coalesce(sum(i.processing_fee_cents), 0)::bigint as processing_fee,
      coalesce(sum(i.tax_cents), 0)::bigint as tax
    from app_public.bookings as b
    left join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    where b.id = calculate_booking_totals.booking_id
    group by b.id
  ) as s
$$;

comment on function app_public.calculate_booking_totals(uuid) is
  'Sums over the lines of a booking that you may see; null for any other.';
grant execute on function app_public.calculate_booking_totals(uuid) to lml_anonymous, lml_user;
