-- What was approved and could not be sent (held, not due, an account that was restricted), and what
-- failed in a way that passes.
create or replace function app_private.requeue_payouts(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_count integer := 0;
begin
  for v_payout in
    select * from app_public.payouts as p
    where (p.status = 'approved' and p.scheduled_for <= now())
      or (p.status = 'in_transit' and p.initiated_at < now() - interval '10 minutes')
      or (p.status = 'failed' and p.retry_at <= now())
    order by p.scheduled_for
    limit requeue_payouts.batch_limit
    for no key update skip locked
  loop
    if v_payout.status = 'failed' then
      perform app_private.send_payout_again(v_payout);
    elsif v_payout.status = 'in_transit' or app_private.may_send_payout(v_payout) then
      perform app_private.add_stripe_job('payout.send', v_payout.id, '0');
    else
      continue;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.requeue_payouts(integer) is
  'Has payouts sent that wait, and those sent again that failed for a while; returns how many.';
grant execute on function app_private.requeue_payouts(integer) to lml_worker;
