-- What was missing of identity and tenancy.

-- Orders of others under somebody's address: their money does not delay an erasure.
alter table app_public.privacy_requests
  add column left_booking_ids uuid[] not null default '{}';
comment on column app_public.privacy_requests.left_booking_ids is
  'Orders under the address that are forgotten once their money has arrived.';

-- What people say of themselves. Mail is written in English until there are templates in more than
-- one language; the language is kept for then, and for shops.
alter table app_public.users
  add column address jsonb not null default '{}',
  add column avatar_url text,
  add column language text,
  add column date_of_birth date,
  add constraint users_address_is_an_object
    check (jsonb_typeof(address) = 'object' and length(address::text) <= 4000),
  add constraint users_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
    end
  ),
  add constraint users_address_country_is_iso_3166
    check (not address ? 'country' or (address ->> 'country') ~ '^[A-Z]{2}$'),
  -- A browser that shows it must not ask over a line that others can read.
  add constraint users_avatar_url_is_https check (
    avatar_url ~ '^https://([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(:[0-9]{1,5})?(/[^[:space:]"<>\\]*)?$'
    and length(avatar_url) <= 2000
  ),
  -- Language, script, region and variants; nothing else says in which words to write.
  add constraint users_language_is_bcp_47 check (
    language ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    and length(language) <= 35
  ),
  add constraint users_date_of_birth_is_of_somebody_alive
    check (date_of_birth >= '1900-01-01');
comment on column app_public.users.address is
  'Postal address: line1, line2, city, state, postal_code, country (two letters).';
comment on column app_public.users.avatar_url is 'A picture, at an https address.';
comment on column app_public.users.language is 'Preferred language, BCP 47, such as de-AT.';
comment on column app_public.users.date_of_birth is 'Date of birth.';
drop function app_public.update_profile(text, text, text);

-- Why sessions ended.
create type app_public.logout_reason as enum ('manual', 'timeout', 'security', 'admin');
comment on type app_public.logout_reason is
  'Why a session ended: by its user, by itself, with a new password, or by the platform''s staff.';
alter table app_public.user_sessions
  add column revoked_reason app_public.logout_reason,
  add constraint user_sessions_reason_is_of_what_was_ended
    check (revoked_reason is null or revoked_at is not null and revoked_reason <> 'timeout');
comment on column app_public.user_sessions.revoked_reason is
  E'@behavior -*\nWhy it was ended early: see logoutReason.';
drop function app_private.end_sessions(uuid);

-- On whose behalf mail is sent: it is forgotten with whom it was sent to.
alter table app_private.outgoing_emails
  add column organization_id uuid references app_public.organizations on delete restrict;
comment on column app_private.outgoing_emails.organization_id is
  'Which organization writes; null: the platform.';
create index outgoing_emails_organization_id_idx on app_private.outgoing_emails (organization_id);
drop function app_private.queue_email(text, text, jsonb);
