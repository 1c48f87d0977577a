-- The language of mails: whoever has no account has one, too, and so has a house.

alter table app_public.customers
  add column language text,
  add constraint customers_language_is_bcp_47 check (
    language ~ (
      '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?'
      || '(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    )
    and length(language) <= 35
  );
comment on column app_public.customers.language is
  'The language that their programs asked for when they last bought or waited, BCP 47.';

alter table app_public.organization_settings
  add column language text,
  add constraint organization_settings_language_is_bcp_47 check (
    language ~ (
      '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?'
      || '(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    )
    and length(language) <= 35
  );
comment on column app_public.organization_settings.language is
  'In which language mail goes to whose language is not known, BCP 47, such as de-AT.';
drop function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer
);

alter table app_private.outgoing_emails add column language text;
comment on column app_private.outgoing_emails.language is
  'The language in which it was asked for; null: by somebody else than its reader.';
drop function app_private.queue_email(text, text, jsonb, uuid);
