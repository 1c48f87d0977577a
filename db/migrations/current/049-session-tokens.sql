-- Who asks is looked up several times in a request. A token says it alone: there is one only while its
-- session lives, and the key keeps what it says of the session true.
alter table app_public.user_sessions
  add column actor_id uuid generated always as (coalesce(impersonator_id, user_id)) stored not null,
  add constraint user_sessions_of_token_key unique (id, user_id, actor_id, expires_at);

comment on column app_public.user_sessions.actor_id is
  'Who acts in this session: the user, or the member of the platform''s staff in their name.';

delete from app_private.session_tokens as t
using app_public.user_sessions as s
join app_public.users as u on u.id = s.user_id
where s.id = t.session_id and (s.revoked_at is not null or u.account_status <> 'active');

alter table app_private.session_tokens
  add column user_id uuid,
  add column actor_id uuid,
  add column expires_at timestamptz;

update app_private.session_tokens as t
set user_id = s.user_id, actor_id = s.actor_id, expires_at = s.expires_at
from app_public.user_sessions as s
where s.id = t.session_id;

alter table app_private.session_tokens
  alter column user_id set not null,
  alter column actor_id set not null,
  alter column expires_at set not null,
  drop constraint session_tokens_session_id_fkey,
  add constraint session_tokens_session_id_fkey
    foreign key (session_id, user_id, actor_id, expires_at)
    references app_public.user_sessions (id, user_id, actor_id, expires_at)
    on update cascade on delete cascade;
create index session_tokens_user_id_idx on app_private.session_tokens (user_id);

comment on table app_private.session_tokens is
  'SHA-256 of each live session''s bearer token. Whatever ends a session deletes its token.';
comment on column app_private.session_tokens.user_id is 'Who is signed in, as in the session.';
comment on column app_private.session_tokens.actor_id is
  'Who acts, as in the session: the user, or staff of the platform in their name.';
comment on column app_private.session_tokens.expires_at is
  'When the session ends by itself, as in the session.';
