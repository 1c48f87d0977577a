create or replace function app_public.export_my_data()
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
begin
  perform app_hidden.refuse_impersonator();
  insert into app_public.privacy_requests (kind, user_id, requested_by, completed_at)
  values ('export', v_user_id, v_user_id, now());
  return app_private.export_person(app_private.person_of_user(v_user_id));
end
$$;

comment on function app_public.export_my_data() is
  'Everything that is stored about the signed-in user, without secrets: account, sessions, '
  'memberships, consents, bookings with their tickets and payments, and what was done to them. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.export_my_data() to lml_user;
