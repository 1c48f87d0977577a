create or replace function app_private.require_undisputed(
  intent app_public.payment_intents, amount_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_left bigint := (require_undisputed.intent).received_cents
    - (require_undisputed.intent).refunded_cents - (require_undisputed.intent).disputed_cents;
begin
  if app_private.has_open_dispute(require_undisputed.intent) then
    raise exception 'The buyer''s bank has taken this payment back, and decides whose it is.'
      using errcode = 'LMDSP', detail = 'open', hint = 'Wait for the end of the dispute.';
  end if;
  if require_undisputed.amount_cents > v_left then
    raise exception 'Less than that is left of what was received.'
      using errcode = 'LMRFX', detail = v_left::text;
  end if;
end
$$;

comment on function app_private.require_undisputed(app_public.payment_intents, bigint) is
  'Raises LMDSP while a payment is disputed, LMRFX when it has less left than is to be returned.';
