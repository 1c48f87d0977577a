-- A value that is added to an enum cannot be used in the same transaction, so the type is made anew.
-- The one function that has it as an argument is made again by its source.
drop function app_private.post_to_ledger(
  uuid, uuid, text, text, text, app_public.ledger_account_kind[], bigint[]
);
alter type app_public.ledger_account_kind rename to old_ledger_account_kind;
create type app_public.ledger_account_kind as enum (
  'stripe_balance', 'buyer_clearing', 'organizer_payable', 'platform_commission', 'service_fees',
  'processing_fees', 'taxes_payable', 'promoter_payable', 'disputes', 'stripe_fees',
  'payouts_in_transit', 'adjustments', 'box_office'
);
comment on type app_public.ledger_account_kind is 'What an account of the ledger stands for.';
alter table app_public.ledger_accounts
  alter column kind type app_public.ledger_account_kind
  using kind::text::app_public.ledger_account_kind;
drop type app_public.old_ledger_account_kind;
