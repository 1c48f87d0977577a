-- However a date moves, its passes begin and end with their dates; and nobody buys a pass while one
-- of its dates has no day.
create or replace function app_hidden.tg_performances__move_passes()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update app_public.performances as pass
  set starts_at = d.starts_at, ends_at = d.ends_at, status = d.status
  from (
    select mine.pass_id, mine.organization_id, min(p.starts_at) as starts_at,
      max(app_hidden.closing_time(p.starts_at, p.ends_at)) as ends_at,
      case when bool_or(p.status = 'postponed') then 'postponed' else 'scheduled' end
        ::app_public.performance_status as status
    from app_public.pass_dates as mine
    join app_public.pass_dates as d
      on d.organization_id = mine.organization_id and d.pass_id = mine.pass_id
    join app_public.performances as p
      on p.organization_id = d.organization_id and p.id = d.performance_id
    where mine.organization_id = new.organization_id
      and mine.performance_id = new.id
      and p.status <> 'canceled'
    group by mine.pass_id, mine.organization_id
  ) as d
  where pass.organization_id = d.organization_id
    and pass.id = d.pass_id
    and pass.status in ('scheduled', 'postponed')
    and (pass.starts_at, pass.ends_at, pass.status) is distinct from
      (d.starts_at, d.ends_at, d.status);
  return null;
end
$$;

comment on function app_hidden.tg_performances__move_passes() is
  'Passes begin, end and are postponed with their dates.';

create or replace trigger _600_move_passes
  after update of starts_at, ends_at, status on app_public.performances
  for each row when (
    new.pass_name is null
    and (old.starts_at, old.ends_at, old.status)
      is distinct from (new.starts_at, new.ends_at, new.status)
  )
  execute function app_hidden.tg_performances__move_passes();
