create or replace function app_public.redis_booking_cache(performance_id uuid)
returns setof jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'key', 'booking:' || b.id,
    'booking_id', b.id,
    'user_id', b.user_id,
    'event_id', p.event_id,
    'performance_id', b.performance_id,
    'status', b.status,
    'expires_at', b.expires_at,
    'total_amount_cents', b.total_amount_cents,
    'expires_timestamp', extract(epoch from b.expires_at)
  )
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  where b.performance_id = redis_booking_cache.performance_id
    and app_private.is_open(b.status)
    and b.expires_at > now()
  order by b.expires_at
$$;

comment on function app_public.redis_booking_cache(uuid) is
  'What a cache keeps of the open bookings of a performance: a document for each, with its key and '
  'the moment at which it is to be forgotten. For the worker.';
grant execute on function app_public.redis_booking_cache(uuid) to lml_worker;
