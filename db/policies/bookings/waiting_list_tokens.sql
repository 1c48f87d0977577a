-- Reached through definer functions only.
alter table app_private.waiting_list_tokens enable row level security;
alter table app_private.waiting_list_tokens force row level security;

drop policy if exists all_owner on app_private.waiting_list_tokens;
create policy all_owner on app_private.waiting_list_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.waiting_list_tokens from public;
