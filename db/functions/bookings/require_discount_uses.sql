-- A guest's address is known at the checkout only, and an account may have bought meanwhile.
create or replace function app_private.require_discount_uses(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code app_public.discount_codes;
  v_refusal text;
begin
  if (require_discount_uses.booking).discount_cents = 0 then
    return;
  end if;
  v_code := app_private.discount_code_of(require_discount_uses.booking);
  perform app_private.lock_discount_code(v_code);
  v_refusal := app_private.uses_refusal(v_code, require_discount_uses.booking);
  if v_refusal is not null then
    raise exception 'The code "%" cannot be used once more.', v_code.code
      using errcode = 'LMDSC', detail = v_refusal, hint = 'Remove it, and check out again.';
  end if;
end
$$;

comment on function app_private.require_discount_uses(app_public.bookings) is
  'Raises LMDSC when the buyer, who is known by now, has used the code of a booking too often.';
