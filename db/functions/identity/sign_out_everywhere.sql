create or replace function app_public.sign_out_everywhere()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.lock_credentials(v_user_id);
  return app_private.end_sessions(v_user_id, 'manual');
end
$$;

comment on function app_public.sign_out_everywhere() is
  'Ends all sessions of the user at once, this one too; returns how many. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.sign_out_everywhere() to lml_user;
