create or replace function app_private.send_payout_again(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  -- Another attempt is another request, with another key: the one before was refused.
  update app_public.payouts as p
  set status = 'approved', attempt = p.attempt + 1, retry_at = null
  where p.id = (send_payout_again.payout).id and p.status = 'failed'
  returning * into v_payout;
  if found then
    perform app_private.add_stripe_job('payout.send', v_payout.id, '0');
  end if;
  return v_payout;
end
$$;

comment on function app_private.send_payout_again(app_public.payouts) is
  'Has a payout sent again that Stripe has refused.';
