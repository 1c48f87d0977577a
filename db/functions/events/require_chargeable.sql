create or replace function app_hidden.require_chargeable(
  amount_cents bigint, currency text, argument text
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if require_chargeable.amount_cents % app_hidden.charge_step(require_chargeable.currency) <> 0 then
    raise exception 'This is no amount in % that a card can be charged.',
        require_chargeable.currency
      using errcode = 'LMINP', detail = require_chargeable.argument,
        hint = 'With three decimals it ends in 0, in ISK and UGX in 00.';
  end if;
end
$$;

comment on function app_hidden.require_chargeable(bigint, text, text) is
  'Raises LMINP for an amount that Stripe cannot charge in its currency.';
