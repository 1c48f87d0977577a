create or replace function app_public.waiting_list_entry_by_token(token text)
returns app_public.waiting_list_entries
language sql stable security definer set search_path = ''
as $$
  select w.*
  from app_private.waiting_list_tokens as t
  join app_public.waiting_list_entries as w
    on w.organization_id = t.organization_id and w.id = t.entry_id
  where t.token_hash = app_hidden.hash_token(waiting_list_entry_by_token.token)
$$;

comment on function app_public.waiting_list_entry_by_token(text) is
  'What became of the waiting of a guest, by the token of their mail; null for any other token.';
grant execute on function app_public.waiting_list_entry_by_token(text)
  to lml_anonymous, lml_user;
