--! Previous: sha1:77611ca63ae6d598dec8d3a7ec4cb5982010902b
--! Hash: sha1:624c54b11fadd74e9463ad05a470d68ee5d943e4
--! Message: Platform staff

--! split: 100-platform-staff.sql
-- Who runs the platform, and who acts in somebody else's name.

create type app_public.platform_role as enum ('support', 'security', 'admin');
comment on type app_public.platform_role is 'What somebody may do for the platform itself.';

create table app_public.platform_staff (
  user_id uuid primary key references app_public.users on delete restrict,
  role app_public.platform_role not null,
  granted_by uuid references app_public.users on delete restrict,
  granted_at timestamptz not null default now(),
  revoked_at timestamptz,
  constraint platform_staff_is_revoked_after_grant check (revoked_at >= granted_at)
);
create index platform_staff_granted_by_idx on app_public.platform_staff (granted_by);

comment on table app_public.platform_staff is
  'People who run the platform. No membership of an organization makes anybody one of them.';
comment on column app_public.platform_staff.user_id is 'Who.';
comment on column app_public.platform_staff.role is 'What they may do.';
comment on column app_public.platform_staff.granted_by is
  'Who granted it; null: the owner of the database.';
comment on column app_public.platform_staff.granted_at is 'Since when.';
comment on column app_public.platform_staff.revoked_at is 'Until when; null: still.';

alter table app_public.user_sessions
  add column impersonator_id uuid references app_public.users on delete restrict,
  add constraint user_sessions_impersonate_somebody_else check (impersonator_id <> user_id);
create index user_sessions_impersonator_id_idx on app_public.user_sessions (impersonator_id)
  where impersonator_id is not null;

comment on column app_public.user_sessions.impersonator_id is
  'Platform staff who act as the user in this session; null: it is the user.';

--! split: 1000-functions-identity-current_impersonator_id.sql
create or replace function app_hidden.current_impersonator_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.impersonator_id
  from app_private.session_tokens as t
  join app_public.user_sessions as s on s.id = t.session_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null
    and s.expires_at > now()
$$;

comment on function app_hidden.current_impersonator_id() is
  'Platform staff who act as the signed-in user in this session, or null.';
grant execute on function app_hidden.current_impersonator_id()
  to lml_anonymous, lml_user, lml_worker;

--! split: 1001-functions-identity-current_platform_role.sql
-- Whoever acts as somebody else has that person's rights, and none of the platform's.
create or replace function app_hidden.current_platform_role()
returns app_public.platform_role
language sql stable security definer set search_path = ''
as $$
  select p.role
  from app_public.platform_staff as p
  where p.user_id = app_hidden.current_user_id()
    and p.revoked_at is null
    and app_hidden.current_impersonator_id() is null
$$;

comment on function app_hidden.current_platform_role() is
  'What the signed-in user may do for the platform itself, or null.';
grant execute on function app_hidden.current_platform_role() to lml_anonymous, lml_user;

--! split: 1002-functions-identity-require_platform_role.sql
create or replace function app_hidden.require_platform_role(
  variadic roles app_public.platform_role[]
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if coalesce(
    app_hidden.current_platform_role()
      <> all (require_platform_role.roles || array['admin']::app_public.platform_role[]),
    true
  ) then
    raise exception 'This is for the platform''s staff.' using errcode = 'LMRGT';
  end if;
end
$$;

comment on function app_hidden.require_platform_role(app_public.platform_role[]) is
  'Raises LMAUT or LMSES without a user, LMRGT without one of the roles; an admin has them all.';
grant execute on function app_hidden.require_platform_role(app_public.platform_role[])
  to lml_anonymous, lml_user;

--! split: 1003-policies-identity-platform_staff.sql
-- Staff see each other; nobody else sees them.
alter table app_public.platform_staff enable row level security;
alter table app_public.platform_staff force row level security;

drop policy if exists all_owner on app_public.platform_staff;
create policy all_owner on app_public.platform_staff
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_staff on app_public.platform_staff;
create policy select_staff on app_public.platform_staff
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.platform_staff from public;
grant select on app_public.platform_staff to lml_user;
