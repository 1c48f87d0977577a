-- Who is asking, looked up by the hash of the token that came with the request: there is a token
-- only while its session lives. For functions that belong to the owner. The hash is asked for in a
-- subquery, once: where sessions are few, a plan reads all of them, and would hash the token for
-- each.
create or replace view app_private.current_session with (security_invoker = true) as
select t.session_id, t.user_id, nullif(t.actor_id, t.user_id) as impersonator_id
from app_private.session_tokens as t
where t.token_hash = (
    select app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
  )
  and t.expires_at > now();

comment on view app_private.current_session is 'The session of this request, if it lives.';
revoke all on app_private.current_session from public;
