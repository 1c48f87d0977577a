-- Asked when a checkout starts, so that nobody pays in vain; what is paid is never refused. Sales
-- that are being paid are not counted, so that a month may end a few bookings above the limit: a
-- total that is exact would be one row for which all buyers of an organization wait. The books are
-- summed for plans with a limit only, from one range of an index. Refunds give no room back.
create or replace function app_private.require_revenue_limit(booking app_public.bookings)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_limit_cents bigint;
  v_sold_cents bigint;
begin
  if (require_revenue_limit.booking).total_amount_cents = 0 then
    return;
  end if;
  select coalesce(s.monthly_revenue_limit_units, t.monthly_revenue_limit_units) * 10 ^ c.exponent
  into strict v_limit_cents
  from app_public.organization_settings as s
  join app_public.subscription_tiers as t on t.tier = s.subscription_tier
  join app_public.currencies as c on c.code = (require_revenue_limit.booking).currency
  where s.organization_id = (require_revenue_limit.booking).organization_id;
  if v_limit_cents is null then
    return;
  end if;
  select coalesce(-sum(e.amount_cents), 0) into v_sold_cents
  from app_public.ledger_accounts as a
  join app_public.ledger_entries as e
    on e.organization_id = a.organization_id and e.account_id = a.id
  where a.organization_id = (require_revenue_limit.booking).organization_id
    and a.currency = (require_revenue_limit.booking).currency
    and a.kind in ('organizer_payable', 'promoter_payable', 'platform_commission')
    and e.created_at >= date_trunc('month', now(), 'UTC')
    and e.amount_cents < 0;
  if v_sold_cents + (require_revenue_limit.booking).subtotal_cents
    - (require_revenue_limit.booking).discount_cents > v_limit_cents
  then
    raise exception 'The organization cannot sell more this month.'
      using errcode = 'LMLIM', detail = 'monthly_revenue_limit',
        hint = 'Ask the organization, or try again next month.';
  end if;
end
$$;

comment on function app_private.require_revenue_limit(app_public.bookings) is
  'Raises LMLIM when a booking would exceed the monthly revenue of its organization''s plan.';
