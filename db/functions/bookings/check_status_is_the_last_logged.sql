create or replace function app_private.check_status_is_the_last_logged()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'status_is_the_last_logged', b.organization_id, b.id,
    format('the booking is %s, its log says %s', b.status, coalesce(t.to_status::text, 'nothing'))
  from app_public.bookings as b
  left join lateral (
    select t.to_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
    order by t.id desc
    limit 1
  ) as t on true
  where t.to_status is distinct from b.status
    -- Nothing is left of what was dropped by retention.
    and (
      t.to_status is not null
      or not exists (
        select from app_private.closed_months as c
        where c.table_name = 'booking_state_transitions'
          and c.dropped_at is not null
          and b.created_at < (c.month + interval '1 month') at time zone 'UTC'
      )
    )
$$;

comment on function app_private.check_status_is_the_last_logged() is
  'A booking whose status is not the last one in its history.';
