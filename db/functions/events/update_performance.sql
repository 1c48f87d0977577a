-- Who bought a ticket bought it for a time. It is changed as long as nobody has; after that, by
-- postpone_performance, which tells them.
create or replace function app_public.update_performance(
  performance_id uuid, starts_at timestamptz default null, ends_at timestamptz default null,
  doors_at timestamptz default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    update_performance.performance_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_private.require_date(v_performance.id);
  if v_performance.status not in ('scheduled', 'postponed') then
    raise exception 'The performance is %.', v_performance.status
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  if update_performance.starts_at <> v_performance.starts_at then
    -- Whoever is just holding places is waited for, as their booking refers to it, and so is seen.
    perform from app_public.performances as p
    where p.id = v_performance.id or p.id in (select app_private.passes_for(v_performance.id))
    order by p.id
    for update;
    if exists (
      select from app_public.bookings as b
      where b.organization_id = v_performance.organization_id
        -- Whoever has a pass is there, too.
        and (
          b.performance_id = v_performance.id
          or b.performance_id in (select app_private.passes_for(v_performance.id))
        )
        and b.status not in ('canceled', 'expired', 'refunded')
    ) then
      raise exception 'Tickets are held or sold for this time.'
        using errcode = 'LMEVT', detail = v_performance.id::text,
          hint = 'Use postpone_performance.';
    end if;
  end if;
  update app_public.performances as p
  set starts_at = coalesce(update_performance.starts_at, p.starts_at),
    ends_at = nullif(coalesce(update_performance.ends_at, p.ends_at), 'infinity'),
    doors_at = nullif(coalesce(update_performance.doors_at, p.doors_at), 'infinity')
  where p.id = v_performance.id
  returning * into v_performance;
  if update_performance.starts_at is not null then
    perform app_private.require_to_come(
      (select e from app_public.events as e where e.id = v_performance.event_id),
      v_performance.starts_at, v_performance.ends_at
    );
  end if;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('starts_at');
end
$$;

comment on function app_public.update_performance(uuid, timestamptz, timestamptz, timestamptz) is
  'Changes the times of a performance: null leaves one as it is, infinity removes an end or doors. '
  'Its start only while nobody holds or has a ticket. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_performance(
  uuid, timestamptz, timestamptz, timestamptz
) to lml_user;
