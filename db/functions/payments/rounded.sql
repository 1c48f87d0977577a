-- Stripe charges currencies with three decimals in steps of ten of their minor unit, and two that
-- have lost their decimals in steps of a hundred: every part of a price is a multiple of it there.
-- The amount is named once, else the planner would not put its formula in place of the call.
create or replace function app_hidden.rounded(amount numeric, currency text)
returns bigint
language sql immutable parallel safe
return (
  round(rounded.amount / app_hidden.charge_step(rounded.currency))
    * app_hidden.charge_step(rounded.currency)
)::bigint;

comment on function app_hidden.rounded(numeric, text) is
  'An amount that can be charged in a currency, half away from zero.';
