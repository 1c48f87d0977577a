-- The newest token of a purpose is the only good one. Whoever asks again within a minute is not
-- mailed again: nobody's mailbox is flooded through us.
create or replace function app_private.issue_user_token(
  user_id uuid, purpose app_private.user_token_purpose, email text, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Two requests at once wait for each other here.
  perform from app_public.users as u where u.id = issue_user_token.user_id for no key update;
  if exists (
    select from app_private.user_tokens as t
    where t.user_id = issue_user_token.user_id
      and t.purpose = issue_user_token.purpose
      and t.email operator(public.=) issue_user_token.email::public.citext
      and t.used_at is null
      and t.created_at > now() - interval '1 minute'
  ) then
    return;
  end if;
  delete from app_private.user_tokens as t
  where t.user_id = issue_user_token.user_id
    and t.purpose = issue_user_token.purpose
    and t.used_at is null;
  insert into app_private.user_tokens (token_hash, user_id, purpose, email, expires_at)
  values (
    app_hidden.hash_token(issue_user_token.token), issue_user_token.user_id,
    issue_user_token.purpose, issue_user_token.email::public.citext,
    now() + case issue_user_token.purpose
      when 'reset_password' then interval '1 hour' else interval '2 days'
    end
  );
  perform app_private.queue_email(
    issue_user_token.email, issue_user_token.purpose::text,
    jsonb_build_object('token', issue_user_token.token),
    language => app_hidden.current_language()
  );
end
$$;

comment on function app_private.issue_user_token(
  uuid, app_private.user_token_purpose, text, text
) is 'Mails a token to an address; it is good once, for an hour (a password) or two days.';
