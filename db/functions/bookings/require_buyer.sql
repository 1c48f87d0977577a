create or replace function app_private.require_buyer()
returns app_private.buyer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer;
begin
  -- A guest has no session to look up.
  if nullif(current_setting('lml.session_token', true), '') is not null then
    v_buyer.user_id := app_hidden.current_user_id();
    if v_buyer.user_id is null then
      raise exception 'Your session has ended.'
        using errcode = 'LMSES', hint = 'Sign in again.';
    end if;
    return v_buyer;
  end if;
  v_buyer.cart_token_hash := app_hidden.current_cart_hash();
  if v_buyer.cart_token_hash is null then
    raise exception 'A guest needs a cart token: 32 random bytes in base64url, 43 characters.'
      using errcode = 'LMCRT',
        hint = 'Get one with create_cart_token and send it as X-Cart-Token with every request.';
  end if;
  return v_buyer;
end
$$;

comment on function app_private.require_buyer() is
  'The user, or the guest by cart token. Raises LMSES for a dead session, LMCRT without either.';
