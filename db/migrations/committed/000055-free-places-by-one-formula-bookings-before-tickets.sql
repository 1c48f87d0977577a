--! Previous: sha1:6259715e11e3a510a3694d03a9233480fa077359
--! Hash: sha1:f25fd831bb89ffea7c5c07a6a2e66461db7eebd2
--! Message: Free places by one formula, bookings before tickets

--! split: 1000-functions-events-move_performance.sql
-- Where only the start is given, its end and its doors move along. Each change is news to whoever
-- has a ticket: they get two weeks from then on to give it back, and keep what they were promised.
create or replace function app_private.move_performance(
  performance app_public.performances, starts_at timestamptz, ends_at timestamptz,
  doors_at timestamptz, refunds_until timestamptz, reason text
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_old app_public.performances := move_performance.performance;
  v_performance app_public.performances;
  -- The same again promises nothing more.
  v_is_news boolean := v_old.status = 'postponed' and move_performance.starts_at is not null
    or v_old.status = 'scheduled' and v_old.starts_at is distinct from move_performance.starts_at;
  -- By less, it is late, and whoever is inside stays there. Without a day, nobody knows yet.
  v_is_another_day boolean := coalesce(
    move_performance.starts_at not between v_old.starts_at - interval '12 hours'
      and v_old.starts_at + interval '12 hours',
    false
  );
begin
  if move_performance.starts_at <= now() then
    raise exception 'The new date is in the past.' using errcode = 'LMINP', detail = 'starts_at';
  end if;
  if move_performance.refunds_until <= now()
    or (
      v_old.refunds_until > now() and move_performance.refunds_until < v_old.refunds_until
    )
  then
    raise exception 'Buyers were told that they may give tickets back until later than that.'
      using errcode = 'LMINP', detail = 'refunds_until';
  end if;
  update app_public.performances as p
  set status = case when move_performance.starts_at is null then 'postponed' else 'scheduled' end
      ::app_public.performance_status,
    starts_at = coalesce(move_performance.starts_at, p.starts_at),
    ends_at = coalesce(
      move_performance.ends_at, p.ends_at + (move_performance.starts_at - v_old.starts_at),
      p.ends_at
    ),
    doors_at = coalesce(
      move_performance.doors_at, p.doors_at + (move_performance.starts_at - v_old.starts_at),
      p.doors_at
    ),
    postponed_from = case
      when v_is_news then coalesce(p.postponed_from, v_old.starts_at) else p.postponed_from
    end,
    refunds_until = coalesce(
      move_performance.refunds_until,
      greatest(p.refunds_until, case when v_is_news then now() + interval '14 days' end)
    ),
    status_reason = coalesce(move_performance.reason, p.status_reason),
    readmits_since = case when v_is_another_day then now() else p.readmits_since end
  where p.id = v_old.id
  returning * into v_performance;
  -- Bookings are locked before tickets, as everywhere.
  if v_old.status = 'postponed' and v_performance.status = 'scheduled' then
    perform app_private.renew_grace(v_performance);
  end if;
  if v_is_another_day then
    perform app_private.readmit_holders(v_old);
  end if;
  perform app_private.notify_buyers(v_old, v_performance);
  if v_performance.status = 'scheduled' then
    update app_public.events as e set status = 'published', status_reason = null
    where e.id = v_performance.event_id and e.status = 'postponed';
  end if;
  return v_performance;
end
$$;

comment on function app_private.move_performance(
  app_public.performances, timestamptz, timestamptz, timestamptz, timestamptz, text
) is 'Gives a locked performance another date, or none yet. Raises LMINP.';

--! split: 1001-functions-inventory-left_in_pool.sql
-- Volatile, so that it sees what others have done since the caller's statement began.
create or replace function app_private.left_in_pool(pool_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select coalesce((select f.places from app_private.free_in_pool(left_in_pool.pool_id) as f), 0)
    ::integer
$$;

comment on function app_private.left_in_pool(uuid) is
  'How many places of a pool are free now, lapsed holds among them.';
