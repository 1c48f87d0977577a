-- Stripe has understood and refused: nothing was transferred. What lacks money comes by itself
-- after a while, because payments become available days after they were made.
create or replace function app_private.record_transfer_failure(
  payout_id uuid, failure_code text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  update app_public.payouts as p
  set status = 'failed', failed_at = now(),
    failure_code = left(record_transfer_failure.failure_code, 200),
    failure_reason = left(coalesce(record_transfer_failure.failure_reason, 'Refused.'), 2000),
    retry_at = case
      when record_transfer_failure.failure_code = 'balance_insufficient' and p.attempt < 20
        then now() + interval '12 hours'
    end
  where p.id = record_transfer_failure.payout_id and p.status = 'in_transit'
  returning * into v_payout;
  if not found then
    return;
  end if;
  perform app_private.post_payout(v_payout, 'payout_failure', -1);
  perform app_private.raise_payment_finding(
    'payout_failed', v_payout.id::text, v_payout.organization_id, null,
    jsonb_build_object(
      'code', v_payout.failure_code, 'reason', v_payout.failure_reason,
      'amount', v_payout.net_payout_cents, 'retry_at', v_payout.retry_at
    )
  );
  -- What passes by itself asks nothing of anybody.
  if v_payout.retry_at is null then
    perform app_private.mail_payout(
      v_payout, 'payouts.manage', 'payout_failed', v_payout.failure_reason
    );
  end if;
  -- It was cut off meanwhile.
  perform app_private.give_payouts_of_account_up(a)
  from app_public.stripe_accounts as a
  where a.organization_id = v_payout.organization_id and a.id = v_payout.stripe_account_id
    and a.deauthorized_at is not null;
end
$$;

comment on function app_private.record_transfer_failure(uuid, text, text) is
  'Remembers that Stripe has refused a payout, and owes it again; repeating it is harmless.';
grant execute on function app_private.record_transfer_failure(uuid, text, text) to lml_worker;
