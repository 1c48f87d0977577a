-- Times are meant where the event is, so that a matinee stays at three when the clocks change.
create or replace function app_public.create_performances(
  event_id uuid, first_date date, last_date date, times time[],
  weekdays integer[] default '{1,2,3,4,5,6,7}', except_dates date[] default '{}',
  layout_id uuid default null, duration_minutes integer default null,
  doors_minutes_before integer default null
)
returns setof app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_performances.event_id, 'events.manage'
  );
  v_zone text := app_hidden.timezone_of(v_event);
  v_starts timestamptz[];
  v_start timestamptz;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_open_event(v_event);
  perform app_private.require_layout(v_event, create_performances.layout_id);
  if not coalesce(
    isfinite(create_performances.first_date) and isfinite(create_performances.last_date)
      and create_performances.last_date - create_performances.first_date between 0 and 730,
    false
  ) then
    raise exception 'A schedule runs from a first to a last date, for two years at most.'
      using errcode = 'LMINP', detail = 'last_date';
  end if;
  select array_agg(distinct s.start order by s.start) into v_starts
  from (
    select (d + t) at time zone v_zone as start
    from generate_series(
      create_performances.first_date::timestamp, create_performances.last_date::timestamp,
      interval '1 day'
    ) as d
    cross join unnest(create_performances.times) as t
    where extract(isodow from d) = any (create_performances.weekdays)
      and not d::date = any (coalesce(create_performances.except_dates, '{}'))
      and t is not null
  ) as s;
  if coalesce(cardinality(v_starts), 0) not between 1 and 500 then
    raise exception 'A schedule makes 1 to 500 performances, and this one makes %.',
        coalesce(cardinality(v_starts), 0)
      using errcode = 'LMINP', detail = 'times';
  end if;

  foreach v_start in array v_starts loop
    -- Again, after a lost answer: the date is there.
    perform app_private.store_performance(
      v_event, create_performances.layout_id, v_start,
      v_start + make_interval(mins => create_performances.duration_minutes),
      v_start - make_interval(mins => create_performances.doors_minutes_before)
    );
  end loop;
  return query
    select p.*
    from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.starts_at = any (v_starts)
      and p.pass_name is null
    order by p.starts_at;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when datetime_field_overflow then
    raise exception 'There are no such dates.' using errcode = 'LMINP', detail = 'last_date';
end
$$;

comment on function app_public.create_performances(
  uuid, date, date, time[], integer[], date[], uuid, integer, integer
) is
  'A schedule: a performance at each of the times, local to the event, '
  'on each of the weekdays (1 is Monday) from the first to the last date, with exceptions. Dates '
  'that are there already stay as they are, so it may be called again. Without a layout only '
  'online. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP, LMPUB.';
grant execute on function app_public.create_performances(
  uuid, date, date, time[], integer[], date[], uuid, integer, integer
) to lml_user;
