-- For jobs that failed so often that the queue gave them up, or were removed by hand.
create or replace function app_private.requeue_stripe_calls(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  perform app_private.add_stripe_job(c.purpose, c.subject_id, '0')
  from (
    select * from app_private.stripe_calls as c
    where c.ended_at is null and c.last_asked_at < now() - interval '10 minutes'
    order by c.last_asked_at
    limit requeue_stripe_calls.batch_limit
  ) as c;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.requeue_stripe_calls(integer) is
  'Has calls without an outcome made again; returns how many.';
grant execute on function app_private.requeue_stripe_calls(integer) to lml_worker;
