-- What buyers and staff say about an order besides its tickets. Apart from bookings, which is on the
-- hot path, and because most orders say nothing.

create table app_public.booking_details (
  booking_id uuid not null,
  organization_id uuid not null,
  referral_source text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  utm_term text,
  utm_content text,
  special_requests text,
  accessibility_requirements text,
  dietary_requirements text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_details_sources_are_short check (
    length(referral_source) <= 200 and length(utm_source) <= 200 and length(utm_medium) <= 200
    and length(utm_campaign) <= 200 and length(utm_term) <= 200 and length(utm_content) <= 200
  ),
  constraint booking_details_requests_are_bounded check (
    length(special_requests) <= 2000 and length(accessibility_requirements) <= 2000
    and length(dietary_requirements) <= 2000
  )
);

comment on table app_public.booking_details is
  'What a buyer says about an order: where they come from, and what they need.';
comment on column app_public.booking_details.booking_id is 'Which order.';
comment on column app_public.booking_details.organization_id is 'Who sells.';
comment on column app_public.booking_details.referral_source is 'Who sent the buyer.';
comment on column app_public.booking_details.utm_source is 'Site or newsletter of a campaign.';
comment on column app_public.booking_details.utm_medium is 'Such as email or cpc.';
comment on column app_public.booking_details.utm_campaign is 'Name of the campaign.';
comment on column app_public.booking_details.utm_term is 'Word that was searched for.';
comment on column app_public.booking_details.utm_content is 'Which of several links.';
comment on column app_public.booking_details.special_requests is 'Wishes, in the buyer''s words.';
comment on column app_public.booking_details.accessibility_requirements is
  'What somebody needs to come in and to take part.';
comment on column app_public.booking_details.dietary_requirements is 'What somebody does not eat.';
comment on column app_public.booking_details.created_at is 'When it was first said.';
comment on column app_public.booking_details.updated_at is 'When it last changed.';

create table app_public.booking_notes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  note text not null,
  written_by uuid not null references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_notes_note_is_bounded check (length(note) between 1 and 2000)
);
create index booking_notes_booking_id_idx on app_public.booking_notes (booking_id, organization_id);
create index booking_notes_written_by_idx on app_public.booking_notes (written_by);

comment on table app_public.booking_notes is 'What staff write down about an order: append-only.';
comment on column app_public.booking_notes.id is 'Identifier.';
comment on column app_public.booking_notes.organization_id is 'Who sells.';
comment on column app_public.booking_notes.booking_id is 'Which order.';
comment on column app_public.booking_notes.note is 'The note. The buyer does not see it.';
comment on column app_public.booking_notes.written_by is 'Who wrote it.';
comment on column app_public.booking_notes.created_at is 'When.';

alter table app_public.customers
  add column address jsonb not null default '{}',
  add constraint customers_address_is_an_object
    check (jsonb_typeof(address) = 'object' and length(address::text) <= 4000),
  add constraint customers_address_has_known_parts check (
    address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
  ),
  add constraint customers_address_country_is_iso_3166
    check (not address ? 'country' or (address ->> 'country') ~ '^[A-Z]{2}$');
comment on column app_public.customers.address is
  'Postal address: line1, line2, city, state, postal_code, country (two letters).';

create trigger _100_set_updated_at
  before update on app_public.booking_details
  for each row execute function app_hidden.tg__set_updated_at();
