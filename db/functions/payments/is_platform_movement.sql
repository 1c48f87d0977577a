-- An organization's books know nothing of the platform's own bank account, which is compared by
-- itself, nor of what Stripe bills for anything but a payment.
create or replace function app_hidden.is_platform_movement(type text)
returns boolean
language sql immutable parallel safe
return is_platform_movement.type
  ~ '^(payout|topup|stripe_fee|stripe_fx_fee|tax_fee|network_cost|reserve|risk_reserve'
    '|contribution)';

comment on function app_hidden.is_platform_movement(text) is
  'Whether a movement of this type at Stripe may be the platform''s own.';
