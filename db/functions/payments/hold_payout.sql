create or replace function app_public.hold_payout(
  payout_id uuid, reason text, amount_cents bigint default null,
  hold_until timestamptz default null
)
returns app_public.payout_holds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_for_hold(hold_payout.payout_id);
  v_hold app_public.payout_holds;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  -- One that has failed is tried again by itself, with the amount that it had.
  if v_payout.status not in ('draft', 'pending_approval', 'approved')
    and not (v_payout.status = 'failed' and hold_payout.amount_cents is null)
  then
    perform app_private.raise_payout_status(v_payout);
  end if;
  if hold_payout.amount_cents <= 0 then
    raise exception 'Name an amount above zero.' using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  perform app_hidden.require_chargeable(
    hold_payout.amount_cents, v_payout.currency, 'amount_cents'
  );
  if hold_payout.amount_cents >= v_payout.net_payout_cents then
    raise exception 'The payout is not more than that.'
      using errcode = 'LMINP', detail = 'amount_cents', hint = 'Hold all of it: name no amount.';
  end if;
  v_hold := app_private.hold_back(
    v_payout, 'manual', hold_payout.amount_cents, trim(hold_payout.reason),
    hold_payout.hold_until,
    not app_hidden.has_permission(v_payout.organization_id, 'payouts.approve')
  );
  perform app_private.mail_members(
    v_payout.organization_id, 'payouts.manage', 'payout_held',
    jsonb_build_object(
      'amount', app_hidden.money_text(
        coalesce(v_hold.amount_cents, v_payout.net_payout_cents), v_payout.currency
      ),
      'organization', o.name, 'reason', v_hold.reason
    ),
    v_hold.created_by
  )
  from app_public.organizations as o where o.id = v_payout.organization_id;
  perform app_private.sum_payout(v_payout.id);
  return v_hold;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.hold_payout(uuid, text, bigint, timestamptz) is
  'Holds a payout back, or an amount of it, until it is released or a time has come. An amount is '
  'paid with a later payout; one that has failed is held as a whole. Needs payouts.approve, or to '
  'be of the platform''s staff. '
  'Raises LMPOS, LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.hold_payout(uuid, text, bigint, timestamptz) to lml_user;
