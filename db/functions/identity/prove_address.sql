-- Whoever has a mailed token has the mailbox.
create or replace function app_private.prove_address(token app_private.user_tokens)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.users as u
  set email_verified_at = now()
  where u.id = (prove_address.token).user_id
    and u.email operator(public.=) (prove_address.token).email
    and u.email_verified_at is null;
end
$$;

comment on function app_private.prove_address(app_private.user_tokens) is
  'Notes that the address of an account is its user''s, unless they have another one by now.';
