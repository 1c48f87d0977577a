-- Once in a while, for many sessions at once, by a server that remembers who asked: reading stays
-- reading, and no request waits for this. In one order, so that two servers do not lock each other.
create or replace function app_private.record_session_activity(token_hashes bytea[])
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.session_activity as a (session_id, last_seen_at)
  select t.session_id, now()
  from app_private.session_tokens as t
  where t.token_hash = any (record_session_activity.token_hashes)
  order by t.session_id
  on conflict on constraint session_activity_pkey do update
  set last_seen_at = excluded.last_seen_at
  where a.last_seen_at < now() - interval '4 minutes'
$$;

comment on function app_private.record_session_activity(bytea[]) is
  'Notes that sessions are in use; unknown tokens are left out.';
grant execute on function app_private.record_session_activity(bytea[]) to lml_authenticator;
