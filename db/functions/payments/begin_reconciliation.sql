-- Stripe may show a movement late, so that each run lists the last days again. One that was
-- interrupted goes on where it was; its window does not move meanwhile.
create or replace function app_private.begin_reconciliation(
  grace interval default '1 hour', overlap interval default '3 days'
)
returns app_public.reconciliation_runs
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_run app_public.reconciliation_runs;
begin
  insert into app_public.reconciliation_runs (listed_from, listed_through, compared_before)
  select
    coalesce(
      max(r.listed_through) - begin_reconciliation.overlap, timestamptz '2011-01-01 00:00:00Z'
    ),
    now(), now() - begin_reconciliation.grace
  from app_public.reconciliation_runs as r
  where r.status = 'completed'
  on conflict ((true)) where status <> 'completed' do nothing
  returning * into v_run;
  if v_run.id is null then
    select * into strict v_run
    from app_public.reconciliation_runs as r where r.status <> 'completed';
  end if;
  return v_run;
end
$$;

comment on function app_private.begin_reconciliation(interval, interval) is
  'The run that is under way, or a new one that leaves out what is newer than its grace.';
grant execute on function app_private.begin_reconciliation(interval, interval) to lml_worker;
