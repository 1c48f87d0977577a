create or replace function app_public.postpone_performance(
  performance_id uuid, starts_at timestamptz default null, ends_at timestamptz default null,
  doors_at timestamptz default null, refunds_until timestamptz default null,
  reason text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    postpone_performance.performance_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_private.require_date(v_performance.id);
  if v_performance.status not in ('scheduled', 'postponed') or not exists (
    select from app_public.events as e
    where e.id = v_performance.event_id and e.status in ('published', 'postponed')
  ) then
    raise exception 'Only what is published and not over can be postponed.'
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  return app_private.move_performance(
    v_performance, postpone_performance.starts_at, postpone_performance.ends_at,
    postpone_performance.doors_at, postpone_performance.refunds_until,
    postpone_performance.reason
  );
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('starts_at');
end
$$;

comment on function app_public.postpone_performance(
  uuid, timestamptz, timestamptz, timestamptz, timestamptz, text
) is
  'Gives a date of an event another date, on sale at once, or none yet, and nothing is sold until '
  'it has one. Tickets stay good; until refunds_until (default: in 14 days) holders may give '
  'theirs back with return_booking. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.postpone_performance(
  uuid, timestamptz, timestamptz, timestamptz, timestamptz, text
) to lml_user;
