-- Closing comes first, and has refused whatever stands in the way. Then a job forgets the person:
-- it may take longer than a request should.
create or replace function app_private.request_erasure()
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_id uuid;
begin
  perform app_private.forget_mail(v_user_id);
  perform app_private.close_account();
  insert into app_public.privacy_requests (kind, user_id, requested_by)
  values ('erasure', v_user_id, v_user_id)
  returning id into v_id;
  perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_id));
  return v_id;
end
$$;

comment on function app_private.request_erasure() is
  'Closes the user''s account for good, and has all that is stored about the person forgotten; the '
  'password was verified by the server. Raises LMOPN (money on its way), LMOWN (the last owner), '
  'LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.request_erasure() to lml_authenticator;
