create or replace function app_public.calculate_booking_totals(booking_id uuid)
returns app_public.booking_totals
language sql stable set search_path = ''
as $$
  select
    c.subtotal, c.discount, c.service_fee, c.processing_fee, c.tax,
    c.subtotal - c.discount + c.service_fee + c.processing_fee + c.tax,
    c.commission,
    c.revenue - c.commission - c.service_fee_absorbed - c.processing_fee_absorbed,
    c.service_fee_absorbed, c.processing_fee_absorbed, c.tax_included
  from (
    select s.*, app_hidden.percentage_of(s.revenue, s.commission_percentage) as commission
    from (
      select
        b.commission_percentage,
        coalesce(sum(i.subtotal_cents), 0)::bigint as subtotal,
        coalesce(sum(i.discount_cents), 0)::bigint as discount,
        coalesce(sum(i.service_fee_cents), 0)::bigint as service_fee,
        coalesce(sum(i.processing_fee_cents), 0)::bigint as processing_fee,
        coalesce(sum(i.tax_cents), 0)::bigint as tax,
        coalesce(sum(i.service_fee_absorbed_cents), 0)::bigint as service_fee_absorbed,
        coalesce(sum(i.processing_fee_absorbed_cents), 0)::bigint as processing_fee_absorbed,
        coalesce(sum(i.tax_included_cents), 0)::bigint as tax_included,
        -- What the commission is a share of: tickets, less what is the tax office's.
        coalesce(
          sum(i.subtotal_cents - i.discount_cents - i.tax_included_cents), 0
        )::bigint as revenue
      from app_public.bookings as b
      left join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      where b.id = calculate_booking_totals.booking_id
      group by b.id
    ) as s
  ) as c
$$;

comment on function app_public.calculate_booking_totals(uuid) is
  'Sums over the lines of a booking that you may see; null for any other.';
grant execute on function app_public.calculate_booking_totals(uuid) to lml_anonymous, lml_user;
