-- The caller has locked the payouts of the organization.
create or replace function app_private.make_payout(
  organization_id uuid, promoter_id uuid, currency text, ends_at timestamptz, requested_by uuid
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_account app_public.stripe_accounts := app_private.payable_account_of(
    make_payout.organization_id, make_payout.promoter_id
  );
  v_payout app_public.payouts;
  v_timezone text;
  v_minimum bigint;
begin
  perform app_private.require_payable(make_payout.organization_id);
  if v_account.id is null then
    raise exception 'There is no account at Stripe to which it could be paid.'
      using errcode = 'LMPOA', detail = 'no_account',
        hint = 'Open one with openPayoutAccount, and answer what Stripe asks.';
  end if;
  select s.books_timezone,
    -- The minimum says nothing about other currencies.
    case when o.default_currency = make_payout.currency then s.minimum_payout_cents else 1 end
  into strict v_timezone, v_minimum
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = make_payout.organization_id;

  insert into app_public.payouts (
    organization_id, promoter_id, stripe_account_id, currency, payout_period_start,
    payout_period_end, period_ends_at, requested_by
  )
  values (
    make_payout.organization_id, make_payout.promoter_id, v_account.id, make_payout.currency,
    ((make_payout.ends_at - interval '1 microsecond') at time zone v_timezone)::date,
    ((make_payout.ends_at - interval '1 microsecond') at time zone v_timezone)::date,
    make_payout.ends_at, make_payout.requested_by
  )
  returning * into v_payout;
  perform app_private.put_into_payout(v_payout);
  v_payout := app_private.hold_remainder(app_private.sum_payout(v_payout.id, v_timezone));
  if v_payout.net_payout_cents < greatest(v_minimum, 1) then
    raise exception 'There is nothing to pay out yet.'
      using errcode = 'LMPOE', detail = v_payout.net_payout_cents::text,
        hint = 'It is carried over. See payoutPreview for what is waiting, and for the minimum.';
  end if;
  return v_payout;
end
$$;

comment on function app_private.make_payout(uuid, uuid, text, timestamptz, uuid) is
  'A draft of all that may be paid to a payee. Raises LMORG, LMPOA (unverified, no_account), LMPOE '
  '(nothing, or less than the minimum: all of it stays for later).';
