create or replace function app_public.create_payout(
  organization_id uuid, currency text default null, promoter_id uuid default null,
  idempotency_key text default null
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_payout app_public.payouts;
  v_known uuid;
begin
  perform app_hidden.require_permission(create_payout.organization_id, 'payouts.manage');
  perform app_hidden.refuse_impersonator();
  v_known := app_private.replay_result(
    create_payout.idempotency_key, 'create_payout',
    jsonb_build_array(
      create_payout.organization_id, create_payout.currency, create_payout.promoter_id
    )
  );
  if v_known is not null then
    select * into strict v_payout from app_public.payouts as p where p.id = v_known;
    return v_payout;
  end if;
  if create_payout.promoter_id is not null then
    perform app_private.require_promoter(
      create_payout.organization_id, create_payout.promoter_id
    );
  end if;
  perform app_private.lock_payouts_of(create_payout.organization_id);
  v_payout := app_private.make_payout(
    create_payout.organization_id, create_payout.promoter_id,
    coalesce(create_payout.currency, (
      select o.default_currency from app_public.organizations as o
      where o.id = create_payout.organization_id
    )),
    clock_timestamp(), v_user_id
  );
  perform app_private.keep_result(create_payout.idempotency_key, v_payout.id);
  return v_payout;
exception
  -- Of a currency that does not exist.
  when foreign_key_violation then
    raise exception 'There is no such currency.' using errcode = 'LMCUR', detail = 'currency';
end
$$;

comment on function app_public.create_payout(uuid, text, uuid, text) is
  'A draft of all that may be paid now to the organization, or to a promoter of it, without '
  'waiting for its schedule; submit_payout has it sent. Needs payouts.manage. Raises LMPOA '
  '(unverified, no_account), LMPOE (nothing, or less than the minimum), LMORG, LMCUR, LMNFD, '
  'LMRGT, LMIDK, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.create_payout(uuid, text, uuid, text) to lml_user;
