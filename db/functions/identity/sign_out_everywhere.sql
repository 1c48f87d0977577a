create or replace function app_public.sign_out_everywhere()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  perform app_hidden.refuse_impersonator();
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.user_id = app_hidden.require_user_id()
    and s.revoked_at is null
    and s.expires_at > now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.sign_out_everywhere() is
  'Ends all sessions of the user at once, this one too; returns how many. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.sign_out_everywhere() to lml_user;
