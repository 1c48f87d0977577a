-- Who bears what Stripe charges is agreed when a payment comes. It holds for the fee of that
-- payment and for those of its disputes, whatever is agreed later: asked for anew by each payout, a
-- fee could be taken off twice, or never.
alter table app_public.ledger_transactions
  add column pays_stripe_fees boolean not null default false;
comment on column app_public.ledger_transactions.pays_stripe_fees is
  E'@behavior -*\nWhether the organization bears what Stripe charges for it, as it was agreed when '
  'the payment came; false where nothing is charged.';

-- What is known of before goes by the payout that has it, then by others of the same payment.
alter table app_public.ledger_transactions disable trigger _200_refuse_change;
with charges as (
  select t.organization_id, t.id, coalesce(d.payment_intent_id, p.id) as payment_intent_id,
    (
      select bool_or(i.stripe_fees_cents <> 0) from app_public.payout_items as i
      where i.organization_id = t.organization_id and i.ledger_transaction_id = t.id
        and i.kind = 'fact' and i.promoter_id is null and i.released_at is null
        and t.category <> 'payment'
    ) as was_borne
  from app_public.ledger_transactions as t
  left join app_public.disputes as d
    on d.organization_id = t.organization_id and d.id::text = split_part(t.source, ':', 2)
  left join app_public.payment_intents as p
    on p.organization_id = t.organization_id and p.id::text = split_part(t.source, ':', 2)
  where t.category = 'payment' or exists (
    select from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'stripe_fees'
    where e.organization_id = t.organization_id and e.transaction_id = t.id
  )
), agreed as (
  select c.id, coalesce(
    c.was_borne,
    bool_or(c.was_borne) over (
      partition by c.organization_id, coalesce(c.payment_intent_id, c.id)
    ),
    s.pays_stripe_fees
  ) as pays_stripe_fees
  from charges as c
  join app_public.organization_settings as s on s.organization_id = c.organization_id
)
update app_public.ledger_transactions as t
set pays_stripe_fees = true
from agreed as a
where a.id = t.id and a.pays_stripe_fees;
alter table app_public.ledger_transactions enable trigger _200_refuse_change;

drop function app_private.payout_parts_of(uuid, uuid, boolean, boolean);

update app_public.ledger_account_rules
set description = 'What Stripe has really charged; below zero until the next payout when Stripe '
  'gives back what a payout has charged.'
where kind = 'stripe_fees';

comment on column app_public.disputes.charged_fee_cents is
  'How much of the fee is settled: that of a lost dispute, which the organization bears.';

-- Signs say what they mean: what is taken off is a refund, and never a sale of less than nothing.
alter table app_public.payout_items
  add constraint payout_items_revenue_is_not_negative check (gross_revenue_cents >= 0),
  add constraint payout_items_refunds_are_not_negative check (refunds_cents >= 0);
alter table app_public.payouts
  add constraint payouts_refunds_are_not_negative check (refunds_cents >= 0);

-- What goes from Stripe's balance to the platform's bank belongs to no organization.
create table app_private.platform_payouts (
  id text primary key,
  status text not null default 'pending',
  amount_cents bigint not null,
  currency text not null,
  failure_code text,
  stripe_created_at timestamptz not null,
  told_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  constraint platform_payouts_status_is_known
    check (status in ('pending', 'in_transit', 'paid', 'canceled', 'failed')),
  constraint platform_payouts_currency_is_three_letters check (currency ~ '^[A-Z]{3}$')
);
comment on table app_private.platform_payouts is
  'Payouts of Stripe''s balance to the platform''s own bank account, as Stripe tells of them.';
comment on column app_private.platform_payouts.id is 'What Stripe calls it.';
comment on column app_private.platform_payouts.status is
  'How far on it is: a bank may send back (failed) what was paid.';
comment on column app_private.platform_payouts.amount_cents is
  'What leaves Stripe''s balance; negative when the bank fills it up.';
comment on column app_private.platform_payouts.currency is 'In which currency.';
comment on column app_private.platform_payouts.failure_code is 'Why the bank did not take it.';
comment on column app_private.platform_payouts.stripe_created_at is 'When Stripe made it.';
comment on column app_private.platform_payouts.told_at is 'When its status was told of.';
comment on column app_private.platform_payouts.created_at is 'When it was first told of.';

alter table app_public.reconciliation_balances
  add column bank_cents bigint not null default 0;
comment on column app_public.reconciliation_balances.bank_cents is
  'What has gone to the platform''s bank, less what has come back.';
