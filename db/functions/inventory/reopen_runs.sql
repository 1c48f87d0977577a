-- Passes over a run that somebody is at: a hint that denies a free seat is corrected by the next
-- one who finds nothing else.
create or replace function app_private.reopen_runs(
  organization_id uuid, performance_id uuid, seat_nos integer[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.seat_runs as r
  set longest = r.last_seat_no - r.first_seat_no + 1
  from (
    select r.first_seat_no
    from app_private.seat_runs as r
    where r.performance_id = reopen_runs.performance_id
      and r.organization_id = reopen_runs.organization_id
      and r.first_seat_no in (
        select (
          select r.first_seat_no
          from app_private.seat_runs as r
          where r.performance_id = reopen_runs.performance_id
            and r.organization_id = reopen_runs.organization_id
            and r.first_seat_no <= n
          order by r.first_seat_no desc
          limit 1
        )
        from unnest(reopen_runs.seat_nos) as n
      )
      and r.longest < r.last_seat_no - r.first_seat_no + 1
    for no key update skip locked
  ) as stale
  where r.performance_id = reopen_runs.performance_id
    and r.organization_id = reopen_runs.organization_id
    and r.first_seat_no = stale.first_seat_no
$$;

comment on function app_private.reopen_runs(uuid, uuid, integer[]) is
  'Lets who looks for seats side by side look again where some have become free.';
