create or replace function app_private.check_tickets_sum_to_their_line()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'tickets_sum_to_their_line', i.organization_id, i.id,
    format('tickets sum to %s, the line to %s', t.total, i.total_cents)
  from app_public.booking_items as i
  join lateral (
    select sum(t.total_paid_cents) as total
    from app_public.tickets as t
    where t.organization_id = i.organization_id and t.booking_item_id = i.id
  ) as t on t.total is not null
  where t.total <> i.total_cents
$$;

comment on function app_private.check_tickets_sum_to_their_line() is
  'A line whose tickets do not sum to its total.';
