create or replace function app_private.need_seat_runs(performance_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_private.seat_runs as r
    where r.performance_id = need_seat_runs.performance_id
  ) then
    perform app_private.create_seat_runs(need_seat_runs.performance_id);
  end if;
end
$$;

comment on function app_private.need_seat_runs(uuid) is
  'Finds which seats of a performance are side by side, unless that is known.';
