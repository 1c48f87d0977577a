-- Each card that was charged for a payment, also in vain: what staff looks at when a buyer calls, and
-- what the bank and Stripe thought of it.
create type app_public.charge_status as enum ('pending', 'succeeded', 'failed');
comment on type app_public.charge_status is 'What became of a charge.';

create table app_public.payment_charges (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  payment_intent_id uuid not null,
  stripe_charge_id text not null,
  status app_public.charge_status not null,
  card_brand text,
  card_last4 text,
  risk_level text,
  risk_score smallint,
  network_answer text,
  outcome_reason text,
  charged_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint payment_charges_stripe_charge_is_known_once unique (stripe_charge_id, organization_id),
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  constraint payment_charges_card_last4_is_four_digits check (card_last4 ~ '^[0-9]{4}$'),
  constraint payment_charges_risk_score_is_0_to_100 check (risk_score between 0 and 100),
  constraint payment_charges_words_are_short check (
    length(stripe_charge_id) <= 255 and length(card_brand) <= 50 and length(risk_level) <= 50
    and length(network_answer) <= 100 and length(outcome_reason) <= 200
  )
);
create index payment_charges_payment_intent_id_idx
  on app_public.payment_charges (payment_intent_id, organization_id);

comment on table app_public.payment_charges is
  'Each time a card was charged for a payment, also in vain. For staff.';
comment on column app_public.payment_charges.id is 'Identifier.';
comment on column app_public.payment_charges.organization_id is 'Who sells.';
comment on column app_public.payment_charges.payment_intent_id is 'For which payment.';
comment on column app_public.payment_charges.stripe_charge_id is 'Its id at Stripe.';
comment on column app_public.payment_charges.status is 'What became of it.';
comment on column app_public.payment_charges.card_brand is 'Such as visa; null: no card.';
comment on column app_public.payment_charges.card_last4 is 'The last digits of the card.';
comment on column app_public.payment_charges.risk_level is
  'What Stripe thinks: normal, elevated, highest.';
comment on column app_public.payment_charges.risk_score is 'The same from 0 to 100, if Stripe tells.';
comment on column app_public.payment_charges.network_answer is 'What the network of the card said.';
comment on column app_public.payment_charges.outcome_reason is 'Why, in Stripe''s words.';
comment on column app_public.payment_charges.charged_at is 'When.';
comment on column app_public.payment_charges.created_at is 'When we heard of it.';
