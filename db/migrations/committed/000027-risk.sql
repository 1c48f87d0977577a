--! Previous: sha1:e7151d70c49d444a2f4c148b0b045034325884bd
--! Hash: sha1:876bfbd1a36059a6600cdc43e49f7c5bdc321d66
--! Message: Risk

--! split: 140-risk.sql
-- Fraud: what is suspicious, as data; what was seen at a checkout; what came of it.

create type app_public.fraud_rule_type as enum (
  'velocity_user', 'velocity_address', 'velocity_device', 'amount', 'geography_mismatch',
  'payment_failures', 'seat_hoarding', 'disposable_email'
);
comment on type app_public.fraud_rule_type is
  'What a rule looks at: how often a person, an address or a device buys; how much; from where; '
  'after how many declined payments; how many seats; with which kind of mailbox.';

create type app_public.fraud_severity as enum ('low', 'medium', 'high', 'critical');
comment on type app_public.fraud_severity is
  'How bad it is: 10, 25, 50 or 100 points of the score.';

-- In order of strength: the strongest of several is what happens.
create type app_public.fraud_action as enum ('flag', 'alert', 'review', 'block');
comment on type app_public.fraud_action is
  'What follows: points only; an alert; the booking waits for a person; the booking is refused.';

create type app_public.fraud_stage as enum ('hold', 'checkout');
comment on type app_public.fraud_stage is 'When a rule is asked.';

create type app_public.fraud_alert_status as enum ('open', 'assigned', 'resolved', 'dismissed');
comment on type app_public.fraud_alert_status is 'Where the investigation stands.';

create type app_public.fraud_resolution as enum ('confirmed', 'false_positive');
comment on type app_public.fraud_resolution is 'What the investigation found.';

create table app_public.fraud_detection_rules (
  id uuid primary key default uuidv7(),
  organization_id uuid references app_public.organizations on delete restrict,
  rule_name text not null,
  description text,
  rule_type app_public.fraud_rule_type not null,
  stage app_public.fraud_stage not null default 'checkout',
  severity app_public.fraud_severity not null,
  action app_public.fraud_action not null,
  trigger_count integer,
  window_seconds integer,
  amount_cents bigint,
  amount_currency text references app_public.currencies,
  is_enabled boolean not null default true,
  true_positives integer not null default 0,
  false_positives integer not null default 0,
  false_positive_rate numeric(5, 4) generated always as (
    case when true_positives + false_positives > 0
      then false_positives::numeric / (true_positives + false_positives)
    end
  ) stored,
  created_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (id, organization_id),
  constraint fraud_rules_name_is_unique unique nulls not distinct (rule_name, organization_id),
  constraint fraud_rules_name_is_short_text check (length(rule_name) between 1 and 100),
  constraint fraud_rules_description_is_bounded check (length(description) <= 2000),
  constraint fraud_rules_that_count_have_a_count_and_a_window check (
    (
      rule_type in (
        'velocity_user', 'velocity_address', 'velocity_device', 'payment_failures', 'seat_hoarding'
      )
    ) = (trigger_count is not null)
    and (trigger_count is null) = (window_seconds is null)
  ),
  constraint fraud_rules_count_is_bounded check (trigger_count between 1 and 100000),
  constraint fraud_rules_window_is_bounded check (window_seconds between 1 and 31536000),
  constraint fraud_rules_about_amounts_have_one_with_its_currency check (
    (rule_type = 'amount') = (amount_cents is not null)
    and (amount_cents is null) = (amount_currency is null)
  ),
  constraint fraud_rules_amount_is_bounded check (amount_cents between 1 and 100000000000000),
  -- At a hold there is no order yet that could be flagged or reviewed, nor an e-mail address.
  constraint fraud_rules_at_hold_block_what_can_be_counted check (
    stage = 'checkout'
    or (
      action = 'block'
      and rule_type in ('velocity_user', 'velocity_address', 'velocity_device', 'seat_hoarding')
    )
  ),
  constraint fraud_rules_outcomes_are_not_negative
    check (true_positives >= 0 and false_positives >= 0)
);
create index fraud_detection_rules_organization_id_idx
  on app_public.fraud_detection_rules (organization_id);
create index fraud_detection_rules_amount_currency_idx
  on app_public.fraud_detection_rules (amount_currency);
create index fraud_detection_rules_created_by_idx on app_public.fraud_detection_rules (created_by);

comment on table app_public.fraud_detection_rules is
  'What is suspicious. What a rule asks never changes, so that its outcomes belong to it: disable '
  'it, and make another one.';
comment on column app_public.fraud_detection_rules.id is 'Identifier.';
comment on column app_public.fraud_detection_rules.organization_id is
  'Whose rule it is; null: the platform''s, for every organization.';
comment on column app_public.fraud_detection_rules.rule_name is 'Name, unique for its owner.';
comment on column app_public.fraud_detection_rules.description is 'What it is for.';
comment on column app_public.fraud_detection_rules.rule_type is 'What it looks at.';
comment on column app_public.fraud_detection_rules.stage is 'When it is asked.';
comment on column app_public.fraud_detection_rules.severity is 'How many points it gives.';
comment on column app_public.fraud_detection_rules.action is 'What follows when it fires.';
comment on column app_public.fraud_detection_rules.trigger_count is
  'It fires at this many (bookings, declined payments or tickets), with the one at hand.';
comment on column app_public.fraud_detection_rules.window_seconds is 'Within this time.';
comment on column app_public.fraud_detection_rules.amount_cents is
  'It fires at this total, in minor units.';
comment on column app_public.fraud_detection_rules.amount_currency is
  'Currency of the amount; bookings in another one are not looked at.';
comment on column app_public.fraud_detection_rules.is_enabled is 'Whether it is asked.';
comment on column app_public.fraud_detection_rules.true_positives is 'Alerts that were right.';
comment on column app_public.fraud_detection_rules.false_positives is 'Alerts that were wrong.';
comment on column app_public.fraud_detection_rules.false_positive_rate is
  'Share of the judged alerts that were wrong, 0 to 1; null before the first judgment.';
comment on column app_public.fraud_detection_rules.created_by is
  'Who made it; null: it came with the platform.';
comment on column app_public.fraud_detection_rules.created_at is 'When it was made.';
comment on column app_public.fraud_detection_rules.updated_at is 'When it last changed.';

-- What was known at the time, frozen: a rule that is tried over history sees what it would have
-- seen then. No foreign key to users, as in every history.
create table app_private.booking_signals (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  performance_id uuid not null,
  stage app_public.fraud_stage not null,
  occurred_at timestamptz not null default clock_timestamp(),
  user_id uuid,
  buyer_key bytea,
  email text,
  ip_address inet,
  device text,
  user_agent text,
  country text,
  expected_countries text[],
  is_disposable_email boolean not null default false,
  tickets integer not null,
  amount_cents bigint not null,
  currency text not null,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_signals_texts_are_short check (
    length(email) <= 320 and length(device) <= 200 and length(user_agent) <= 1000
  ),
  constraint booking_signals_email_is_in_small_letters check (email = lower(email)),
  constraint booking_signals_country_is_iso_3166 check (country ~ '^[A-Z]{2}$')
);
create index booking_signals_booking_id_idx
  on app_private.booking_signals (booking_id, organization_id);
create index booking_signals_occurred_at_idx
  on app_private.booking_signals (organization_id, occurred_at);
create index booking_signals_buyer_key_idx
  on app_private.booking_signals (organization_id, buyer_key, occurred_at);
create index booking_signals_email_idx
  on app_private.booking_signals (organization_id, email, occurred_at) where email is not null;
create index booking_signals_ip_address_idx
  on app_private.booking_signals (organization_id, ip_address, occurred_at)
  where ip_address is not null;
create index booking_signals_device_idx
  on app_private.booking_signals (organization_id, device, occurred_at) where device is not null;

comment on table app_private.booking_signals is
  'Where a hold or a checkout came from, as it was then. Holds are recorded while a rule asks.';
comment on column app_private.booking_signals.buyer_key is
  'The user''s id, or the hash of the guest''s cart token.';
comment on column app_private.booking_signals.ip_address is
  'The address, of IPv6 the network of 64 bits.';
comment on column app_private.booking_signals.device is
  'What the program calls its device (X-LML-Device).';
comment on column app_private.booking_signals.country is
  'Where the address is, as a proxy in front of the server says (LML_COUNTRY_HEADER).';
comment on column app_private.booking_signals.expected_countries is
  'Where the telephone number is from, or else the venue; null: unknown.';

create table app_private.payment_failure_signals (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  stripe_event_id text not null,
  booking_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  buyer_key bytea,
  email text,
  ip_address inet,
  device text,
  constraint payment_failure_signals_are_one_per_event unique (stripe_event_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict
);
create index payment_failure_signals_booking_id_idx
  on app_private.payment_failure_signals (booking_id, organization_id);
create index payment_failure_signals_buyer_key_idx
  on app_private.payment_failure_signals (organization_id, buyer_key, occurred_at);
create index payment_failure_signals_email_idx
  on app_private.payment_failure_signals (organization_id, email, occurred_at)
  where email is not null;
create index payment_failure_signals_ip_address_idx
  on app_private.payment_failure_signals (organization_id, ip_address, occurred_at)
  where ip_address is not null;
create index payment_failure_signals_device_idx
  on app_private.payment_failure_signals (organization_id, device, occurred_at)
  where device is not null;

-- No foreign key to the event, which is kept for a shorter time.
comment on table app_private.payment_failure_signals is
  'Every declined payment once, with who tried it: card testers fail more often than they buy.';

create table app_private.disposable_email_domains (
  domain text primary key,
  constraint disposable_email_domains_are_in_small_letters check (domain = lower(domain))
);
comment on table app_private.disposable_email_domains is
  'Providers of throw-away mailboxes, loaded by the task risk__load_disposable_domains.';

create table app_private.calling_codes (
  prefix text not null,
  country text not null,
  primary key (prefix, country),
  constraint calling_codes_prefix_is_digits check (prefix ~ '^[1-9][0-9]{0,6}$'),
  constraint calling_codes_country_is_iso_3166 check (country ~ '^[A-Z]{2}$')
);
comment on table app_private.calling_codes is
  'Countries by the beginning of their telephone numbers (ITU-T E.164); several share one.';

insert into app_private.calling_codes (prefix, country)
select split_part(entry, ':', 1), country
from unnest(string_to_array(
  '1:US,CA,AG,AI,AS,BB,BM,BS,DM,DO,GD,GU,JM,KN,KY,LC,MP,MS,PR,SX,TC,TT,VC,VG,VI '
  '20:EG 211:SS 212:MA,EH 213:DZ 216:TN 218:LY 220:GM 221:SN 222:MR 223:ML 224:GN 225:CI 226:BF '
  '227:NE 228:TG 229:BJ 230:MU 231:LR 232:SL 233:GH 234:NG 235:TD 236:CF 237:CM 238:CV 239:ST '
  '240:GQ 241:GA 242:CG 243:CD 244:AO 245:GW 246:IO 248:SC 249:SD 250:RW 251:ET 252:SO 253:DJ '
  '254:KE 255:TZ 256:UG 257:BI 258:MZ 260:ZM 261:MG 262:RE,YT 263:ZW 264:NA 265:MW 266:LS 267:BW '
  '268:SZ 269:KM 27:ZA 290:SH 291:ER 297:AW 298:FO 299:GL 30:GR 31:NL 32:BE 33:FR 34:ES 350:GI '
  '351:PT 352:LU 353:IE 354:IS 355:AL 356:MT 357:CY 358:FI,AX 359:BG 36:HU 370:LT 371:LV 372:EE '
  '373:MD 374:AM 375:BY 376:AD 377:MC 378:SM 380:UA 381:RS 382:ME 383:XK 385:HR 386:SI 387:BA '
  '389:MK 39:IT,VA,SM 40:RO 41:CH 420:CZ 421:SK 423:LI 43:AT 44:GB,GG,IM,JE 45:DK 46:SE '
  '47:NO,SJ 48:PL 49:DE 500:FK,GS 501:BZ 502:GT 503:SV 504:HN 505:NI 506:CR 507:PA 508:PM 509:HT '
  '51:PE 52:MX 53:CU 54:AR 55:BR 56:CL 57:CO 58:VE 590:GP,BL,MF 591:BO 592:GY 593:EC 594:GF '
  '595:PY 596:MQ 597:SR 598:UY 599:CW,BQ 60:MY 61:AU,CX,CC 62:ID 63:PH 64:NZ,PN 65:SG 66:TH '
  '670:TL 672:NF,AQ 673:BN 674:NR 675:PG 676:TO 677:SB 678:VU 679:FJ 680:PW 681:WF 682:CK 683:NU '
  '685:WS 686:KI 687:NC 688:TV 689:PF 690:TK 691:FM 692:MH 7:RU,KZ 81:JP 82:KR 84:VN 850:KP '
  '852:HK 853:MO 855:KH 856:LA 86:CN 880:BD 886:TW 90:TR 91:IN 92:PK 93:AF 94:LK 95:MM 960:MV '
  '961:LB 962:JO 963:SY 964:IQ 965:KW 966:SA 967:YE 968:OM 970:PS 971:AE 972:IL,PS 973:BH 974:QA '
  '975:BT 976:MN 977:NP 98:IR 992:TJ 993:TM 994:AZ 995:GE 996:KG 998:UZ', ' '
)) as entry, unnest(string_to_array(split_part(entry, ':', 2), ',')) as country;

create table app_public.risk_assessments (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  score smallint not null,
  action app_public.fraud_action not null,
  factors jsonb not null,
  assessed_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint risk_assessments_are_one_per_booking unique (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint risk_assessments_score_is_0_to_100 check (score between 0 and 100),
  constraint risk_assessments_have_factors
    check (jsonb_typeof(factors) = 'array' and factors <> '[]')
);

comment on table app_public.risk_assessments is
  'What the rules found at the checkout of a booking. A booking without one has a score of 0.';
comment on column app_public.risk_assessments.id is 'Identifier.';
comment on column app_public.risk_assessments.organization_id is 'Who sells.';
comment on column app_public.risk_assessments.booking_id is 'Which booking.';
comment on column app_public.risk_assessments.score is 'Sum of the points, at most 100.';
comment on column app_public.risk_assessments.action is 'The strongest action of the rules.';
comment on column app_public.risk_assessments.factors is
  'The rules that fired: ruleId, ruleName, ruleType, severity, action and points of each.';
comment on column app_public.risk_assessments.assessed_at is 'When.';

create table app_public.fraud_alerts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  rule_id uuid not null references app_public.fraud_detection_rules on delete restrict,
  severity app_public.fraud_severity not null,
  action app_public.fraud_action not null,
  risk_score smallint not null,
  status app_public.fraud_alert_status not null default 'open',
  assigned_to uuid references app_public.users on delete restrict,
  announced_at timestamptz,
  resolution app_public.fraud_resolution,
  resolved_by uuid references app_public.users on delete restrict,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint fraud_alerts_are_one_per_rule unique (booking_id, organization_id, rule_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint fraud_alerts_score_is_0_to_100 check (risk_score between 0 and 100),
  constraint fraud_alerts_are_for_more_than_flags check (action <> 'flag'),
  constraint fraud_alerts_assigned_to_somebody_unless_open
    check (case status when 'open' then assigned_to is null when 'assigned'
      then assigned_to is not null else true end),
  constraint fraud_alerts_closed_have_a_resolution check (
    case status
      when 'resolved' then resolution is not null and resolution = 'confirmed'
      when 'dismissed' then resolution is not null and resolution = 'false_positive'
      else resolution is null
    end
    and (resolution is null) = (resolved_at is null)
    and (resolution is null) = (resolved_by is null)
  )
);
create index fraud_alerts_rule_id_idx on app_public.fraud_alerts (rule_id);
create index fraud_alerts_status_idx on app_public.fraud_alerts (organization_id, status);
create index fraud_alerts_assigned_to_idx on app_public.fraud_alerts (assigned_to)
  where assigned_to is not null;
create index fraud_alerts_resolved_by_idx on app_public.fraud_alerts (resolved_by)
  where resolved_by is not null;

comment on table app_public.fraud_alerts is
  'A booking that a rule with the action alert, review or block has caught.';
comment on column app_public.fraud_alerts.id is 'Identifier.';
comment on column app_public.fraud_alerts.organization_id is 'Who sells.';
comment on column app_public.fraud_alerts.booking_id is 'Which booking.';
comment on column app_public.fraud_alerts.rule_id is 'Which rule.';
comment on column app_public.fraud_alerts.severity is 'Severity of the rule.';
comment on column app_public.fraud_alerts.action is 'What the rule asked for.';
comment on column app_public.fraud_alerts.risk_score is 'Score of the booking, 0 to 100.';
comment on column app_public.fraud_alerts.status is 'Where the investigation stands.';
comment on column app_public.fraud_alerts.assigned_to is 'Who looks into it.';
comment on column app_public.fraud_alerts.announced_at is 'When the worker told of it.';
comment on column app_public.fraud_alerts.resolution is 'What was found.';
comment on column app_public.fraud_alerts.resolved_by is 'Who decided.';
comment on column app_public.fraud_alerts.resolved_at is 'When it was decided.';
comment on column app_public.fraud_alerts.created_at is 'When the rule fired.';
comment on column app_public.fraud_alerts.updated_at is 'When it last changed.';

create table app_public.fraud_alert_notes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  alert_id uuid not null,
  author_id uuid not null references app_public.users on delete restrict,
  note text not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, alert_id)
    references app_public.fraud_alerts (organization_id, id) on delete restrict,
  constraint fraud_alert_notes_note_is_bounded check (length(note) between 1 and 4000)
);
create index fraud_alert_notes_alert_id_idx
  on app_public.fraud_alert_notes (alert_id, organization_id);
create index fraud_alert_notes_author_id_idx on app_public.fraud_alert_notes (author_id);

comment on table app_public.fraud_alert_notes is
  'What investigators wrote about an alert: append-only.';
comment on column app_public.fraud_alert_notes.id is 'Identifier.';
comment on column app_public.fraud_alert_notes.organization_id is 'Who sells.';
comment on column app_public.fraud_alert_notes.alert_id is 'About which alert.';
comment on column app_public.fraud_alert_notes.author_id is 'Who wrote it.';
comment on column app_public.fraud_alert_notes.note is 'What.';
comment on column app_public.fraud_alert_notes.created_at is 'When.';

create trigger _200_refuse_change before update or delete on app_public.fraud_alert_notes
for each row execute function app_hidden.tg__refuse_change();
create trigger _200_refuse_truncate before truncate on app_public.fraud_alert_notes
for each statement execute function app_hidden.tg__refuse_change();
create trigger _100_set_updated_at before update on app_public.fraud_detection_rules
for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.fraud_alerts
for each row execute function app_hidden.tg__set_updated_at();

-- Whoever switches off a rule or closes an alert is in the audit log. Notes are a log of their own,
-- with author and time; assessments and signals are written once.
create trigger _500_audit
  after insert or update or delete on app_public.fraud_detection_rules
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.fraud_alerts
  for each row execute function app_hidden.tg__audit();

create type app_public.fraud_rule_catch as (
  booking_id uuid,
  booking_reference text,
  booking_status app_public.booking_status,
  caught_at timestamptz
);
comment on type app_public.fraud_rule_catch is 'A booking that a rule would have caught.';
comment on column app_public.fraud_rule_catch.booking_id is 'Which booking.';
comment on column app_public.fraud_rule_catch.booking_reference is 'Its reference.';
comment on column app_public.fraud_rule_catch.booking_status is 'What became of it.';
comment on column app_public.fraud_rule_catch.caught_at is 'When it would have been caught.';

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, permission
from (values
  ('risk.read', 'owner,admin,manager,support'),
  ('risk.manage', 'owner,admin')
) as granted (permission, roles), unnest(string_to_array(roles, ',')) as role;

-- A booking under review.
insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('draft', 'fraud_hold', 'a rule wants a person to look at it'),
  ('fraud_hold', 'pending_payment', 'the review found nothing'),
  ('fraud_hold', 'canceled', 'the review found fraud, or the buyer gives up'),
  ('fraud_hold', 'expired', 'nobody decided in time');

alter table app_public.bookings
  drop constraint bookings_open_has_deadline,
  add constraint bookings_open_has_deadline check (
    (status in ('draft', 'pending_payment', 'fraud_hold')) = (expires_at is not null)
  );

alter table app_public.organization_settings
  add column fraud_review_seconds integer not null default 86400,
  add constraint organization_settings_fraud_review_is_bounded
    check (fraud_review_seconds between 300 and 604800);
comment on column app_public.organization_settings.fraud_review_seconds is
  'How long a booking under review keeps its seats, counted from its checkout.';

-- It has one argument more.
drop function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint
);

-- Copied into the event like the other terms of a sale, so that a hold opens no table for it.
alter table app_public.events add column screens_holds boolean not null default false;
comment on column app_public.events.screens_holds is
  E'@behavior -*\nWhether a rule is asked at each hold; kept true by the rules themselves.';
alter type app_private.sale add attribute screens_holds boolean;

-- What every platform starts with: it marks and tells, and stops nobody.
insert into app_public.fraud_detection_rules (
  rule_name, description, rule_type, severity, action, trigger_count, window_seconds, amount_cents,
  amount_currency
) values
  (
    'Many checkouts by one person', 'Ten or more within an hour, by account or e-mail address.',
    'velocity_user', 'medium', 'flag', 10, 3600, null, null
  ),
  (
    'Many checkouts from one address', 'Thirty or more within an hour.',
    'velocity_address', 'medium', 'flag', 30, 3600, null, null
  ),
  (
    'Many checkouts from one device', 'Twenty or more within an hour.',
    'velocity_device', 'medium', 'flag', 20, 3600, null, null
  ),
  (
    'Many declined payments', 'Five or more within an hour, by the same person, address or device.',
    'payment_failures', 'high', 'alert', 5, 3600, null, null
  ),
  (
    'Hoarding', 'A person with forty or more tickets for one performance within a day.',
    'seat_hoarding', 'high', 'alert', 40, 86400, null, null
  ),
  (
    'Throw-away mailbox', 'The e-mail address is of a provider of disposable mailboxes.',
    'disposable_email', 'low', 'flag', null, null, null, null
  ),
  (
    'Another country', 'The connection is from another country than the telephone number.',
    'geography_mismatch', 'low', 'flag', null, null, null, null
  ),
  (
    'Large order in euros', 'A total of 10,000 euros or more.',
    'amount', 'medium', 'flag', null, null, 1000000, 'EUR'
  ),
  (
    'Large order in dollars', 'A total of 10,000 dollars or more.',
    'amount', 'medium', 'flag', null, null, 1000000, 'USD'
  );

-- The list of disposable domains is data of the worker's package.
select app_private.add_job('risk__load_disposable_domains', '{}');

-- How long it is kept: a rule looks back a year at most.
insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values
  (
    'booking_signals', 'Where holds and checkouts came from.',
    'app_private.booking_signals', 'anonymize', '400 days', 't.occurred_at',
    't.buyer_key is not null or t.email is not null or t.ip_address is not null
      or t.user_agent is not null or t.device is not null'
  ),
  (
    'payment_failure_signals', 'Who tried declined payments.',
    'app_private.payment_failure_signals', 'delete', '400 days', 't.occurred_at', 'true'
  );

--! split: 1000-functions-organizations-update_organization_settings.sql
-- What the platform decides (commission, plan, limits) is changed by change_organization_plan.
create or replace function app_public.update_organization_settings(
  organization_id uuid, service_fee_percentage numeric default null,
  service_fee_fixed_cents bigint default null, processing_fee_percentage numeric default null,
  processing_fee_fixed_cents bigint default null, allow_guest_checkout boolean default null,
  hold_seconds integer default null, checkout_seconds integer default null,
  hold_seconds_max integer default null, tickets_per_booking_max integer default null,
  email_notifications boolean default null, ticket_transfers_enabled boolean default null,
  business_type app_public.business_type default null, registration_number text default null,
  tax_id text default null, payout_schedule app_public.payout_schedule default null,
  minimum_payout_cents bigint default null, fraud_review_seconds integer default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    update_organization_settings.organization_id, 'organization.manage'
  );
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  update app_public.organization_settings as s
  set service_fee_percentage = coalesce(
      update_organization_settings.service_fee_percentage, s.service_fee_percentage
    ),
    service_fee_fixed_cents = coalesce(
      update_organization_settings.service_fee_fixed_cents, s.service_fee_fixed_cents
    ),
    processing_fee_percentage = coalesce(
      update_organization_settings.processing_fee_percentage, s.processing_fee_percentage
    ),
    processing_fee_fixed_cents = coalesce(
      update_organization_settings.processing_fee_fixed_cents, s.processing_fee_fixed_cents
    ),
    allow_guest_checkout = coalesce(
      update_organization_settings.allow_guest_checkout, s.allow_guest_checkout
    ),
    hold_seconds = coalesce(update_organization_settings.hold_seconds, s.hold_seconds),
    checkout_seconds = coalesce(
      update_organization_settings.checkout_seconds, s.checkout_seconds
    ),
    hold_seconds_max = coalesce(
      update_organization_settings.hold_seconds_max, s.hold_seconds_max
    ),
    tickets_per_booking_max = coalesce(
      update_organization_settings.tickets_per_booking_max, s.tickets_per_booking_max
    ),
    email_notifications = coalesce(
      update_organization_settings.email_notifications, s.email_notifications
    ),
    ticket_transfers_enabled = coalesce(
      update_organization_settings.ticket_transfers_enabled, s.ticket_transfers_enabled
    ),
    business_type = coalesce(update_organization_settings.business_type, s.business_type),
    registration_number = nullif(
      coalesce(update_organization_settings.registration_number, s.registration_number), ''
    ),
    tax_id = nullif(coalesce(update_organization_settings.tax_id, s.tax_id), ''),
    payout_schedule = coalesce(update_organization_settings.payout_schedule, s.payout_schedule),
    minimum_payout_cents = coalesce(
      update_organization_settings.minimum_payout_cents, s.minimum_payout_cents
    ),
    fraud_review_seconds = coalesce(
      update_organization_settings.fraud_review_seconds, s.fraud_review_seconds
    )
  where s.organization_id = v_organization.id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'A percentage is out of range.' using errcode = 'LMINP', detail = 'percentage';
end
$$;

comment on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer
) is
  'Changes terms and deadlines for new events, and legal and payout details: null leaves a value '
  'as it is, an empty text removes it. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer
) to lml_user;

--! split: 1001-functions-inventory-open_sale.sql
-- One statement for all that a sale has to know beforehand: every statement more would be felt in
-- the hot path. Buyers name seats by their ids; the hot table knows their numbers.
create or replace function app_private.open_sale(performance_id uuid, seat_ids text[] default null)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_found record;
begin
  select
    row(
      p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
      e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
      e.commission_percentage, e.tax_percentage, e.allow_guest_checkout, e.hold_seconds,
      e.checkout_seconds, e.hold_seconds_max, e.tickets_per_booking_max,
      case when cardinality(open_sale.seat_ids) <= e.tickets_per_booking_max then array(
        select l.seat_no
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (open_sale.seat_ids)
      ) end,
      e.screens_holds
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
    e.sales_start as opens_at,
    coalesce(e.sales_end, p.starts_at) as closes_at
  into v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = open_sale.performance_id;
  if not found then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;
  if not v_found.is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = open_sale.performance_id::text;
  end if;
  if now() < v_found.opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_found.opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_found.closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_found.closes_at::text;
  end if;
  if open_sale.seat_ids = '{}'
    or cardinality((v_found.sale).seat_nos) is distinct from cardinality(open_sale.seat_ids)
  then
    perform app_private.raise_bad_seat_ids(v_found.sale, open_sale.seat_ids);
  end if;
  return v_found.sale;
end
$$;

comment on function app_private.open_sale(uuid, text[]) is
  'The terms of a performance that is on sale now, with the numbers of the seats that are wanted, '
  'in no order. Raises LMNFD, LMEVT (not published), LMSAL (before or after sales), LMQTY (no seat '
  'or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1002-functions-inventory-take_seats.sql
-- The heart of a sale. One statement takes all the seats and writes their lines, and the booking
-- too when there is none yet; or, because the caller's transaction fails, nothing at all. A seat
-- whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, booking_id uuid, locked_until timestamptz,
  new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_seats.new_buyer is null;
  v_reference text;
  v_result record;
begin
  if v_is_new then
    v_reference := app_private.generate_booking_reference((take_seats.sale).organization_id);
  end if;

  with taken as (
    update app_public.seat_booking_state as s
    set status = 'locked', booking_id = take_seats.booking_id,
      locked_until = take_seats.locked_until
    where s.organization_id = (take_seats.sale).organization_id
      and s.performance_id = (take_seats.sale).performance_id
      and s.seat_no = any ((take_seats.sale).seat_nos)
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    returning s.seat_no, s.category_no, s.price_override_cents
  ),
  grouped as (
    select
      t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
      count(*)::integer as quantity
    from taken as t
    group by t.category_no, t.price_override_cents
  ),
  priced as materialized (
    select
      c.id as ticket_category_id, g.seat_nos, g.quantity,
      coalesce(g.price_override_cents, (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )) as unit_price_cents
    from grouped as g
    join app_public.ticket_categories as c
      on c.organization_id = (take_seats.sale).organization_id
      and c.event_id = (take_seats.sale).event_id
      and c.category_no = g.category_no
      and c.status = 'active'
  ),
  lines as (
    select p.*, l.*
    from priced as p
    cross join lateral app_hidden.price_line(
      p.unit_price_cents, p.quantity, take_seats.sale
    ) as l
    where p.unit_price_cents is not null
  ),
  sums as (
    select
      sum(l.quantity) as quantity,
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      sum(l.total_cents)::bigint as total_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, (take_seats.sale).commission_percentage
      ) as commission_cents
    from lines as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_seats.booking_id, (take_seats.sale).organization_id, (take_seats.sale).performance_id,
      v_reference, (take_seats.new_buyer).user_id, (take_seats.new_buyer).cart_token_hash,
      app_hidden.current_channel(), (take_seats.sale).currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents, s.total_cents,
      (take_seats.sale).commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, take_seats.locked_until
    from sums as s
    where v_is_new and s.quantity > 0
    returning b as booking
  ),
  new_items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (take_seats.sale).organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents, l.total_cents
    from lines as l
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality((take_seats.sale).seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  if (take_seats.sale).screens_holds then
    perform app_private.screen_hold(take_seats.sale, take_seats.booking_id);
  end if;
  return v_result.booking;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, uuid, timestamptz, app_private.buyer
) is
  'Locks the seats of a sale for a booking and adds their lines, priced, to it. For a new buyer it '
  'makes the booking, and returns it; the amounts of an older one are for the caller to store. '
  'Raises LMTKN, naming the seats that were not free, LMSAL for a category not on sale, and LMRSK '
  'when a rule against fraud refuses it.';

--! split: 1003-functions-bookings-acquire_seat_lock.sql
-- The single-seat form of hold_seats, for programs that were written against it.
create or replace function app_public.acquire_seat_lock(
  event_id uuid, seat_id text, user_id uuid, booking_id uuid default null,
  lock_duration_minutes integer default 10
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings;
  v_performance_id uuid;
  v_sale app_private.sale;
  v_buyer app_private.buyer;
begin
  if acquire_seat_lock.lock_duration_minutes is null
    or acquire_seat_lock.lock_duration_minutes not between 1 and 1440
  then
    raise exception 'A lock lasts 1 to 1440 minutes.'
      using errcode = 'LMINP', detail = 'lock_duration_minutes';
  end if;

  if acquire_seat_lock.booking_id is not null then
    v_booking := app_private.lock_booking(acquire_seat_lock.booking_id, 'bookings.manage');
    perform app_private.require_open_draft(v_booking);
    v_performance_id := v_booking.performance_id;
  end if;
  v_sale := app_private.open_sale(
    coalesce(v_performance_id, app_private.only_performance_of(acquire_seat_lock.event_id)),
    array[acquire_seat_lock.seat_id]
  );
  if v_sale.event_id is distinct from acquire_seat_lock.event_id then
    raise exception 'The booking is for another event.' using errcode = 'LMBKG';
  end if;
  if acquire_seat_lock.user_id is distinct from coalesce(v_booking.user_id, v_caller_id)
    or (
      acquire_seat_lock.user_id <> v_caller_id
      and not app_hidden.has_performance_permission(
        v_sale.organization_id, v_sale.performance_id, 'bookings.manage'
      )
    )
  then
    raise exception 'The user must be the caller, who owns the booking.' using errcode = 'LMRGT';
  end if;

  v_buyer.user_id := acquire_seat_lock.user_id;
  begin
    if v_booking.id is null then
      perform app_private.take_seats(
        v_sale, uuidv7(),
        now() + make_interval(
          secs => least(acquire_seat_lock.lock_duration_minutes * 60, v_sale.hold_seconds_max)
        ),
        v_buyer
      );
    else
      perform app_private.hold_for_draft(v_booking, v_sale);
    end if;
  exception
    when sqlstate 'LMTKN' then
      return false;
  end;
  return true;
end
$$;

comment on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer) is
  'Locks one seat: true, or false when somebody else has it. The user must be the caller, or the '
  'owner of the booking when staff calls. A booking''s deadline stays as it is; a new booking '
  'lasts as long as asked, within the organization''s maximum. '
  'Raises LMAUT, LMSES, LMRGT, LMBKG, LMBST, LMEXP, LMINP, LMSEA, LMEVT, LMSAL, LMQTY, LMNFD, '
  'LMRSK.';
grant execute on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer)
  to lml_user;

--! split: 1004-functions-bookings-cancel_booking.sql
create or replace function app_public.cancel_booking(
  booking_id uuid, reason text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    cancel_booking.booking_id, 'bookings.manage'
  );
  v_was_confirmed boolean := v_booking.status = 'confirmed';
begin
  if app_private.replay_result(
    cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
  ) is not null then
    return v_booking;
  end if;
  if length(cancel_booking.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'fraud_hold', 'confirmed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_was_confirmed
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT', hint = 'Ask the organization; quote the booking reference.';
  end if;

  if v_was_confirmed then
    perform app_private.void_tickets(v_booking);
  end if;
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), cancellation_reason = cancel_booking.reason,
    expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  if v_was_confirmed then
    perform app_private.reverse_sale(v_booking);
    perform app_private.refund_booking(v_booking, 'booking_canceled');
  else
    perform app_private.withdraw_payment(v_booking);
  end if;
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMTUS (a ticket was used), LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1005-functions-bookings-expire_bookings.sql
-- Tidies up: the seats were free for others from the deadline on. Nothing is waited for. A booking
-- that somebody works on is left for the next sweep; a seat that somebody is taking is theirs.
create or replace function app_private.expire_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now() and b.status in ('draft', 'pending_payment', 'fraud_hold')
    order by b.expires_at
    limit expire_bookings.batch_limit
    for no key update skip locked
  );
  for v_booking in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = any (v_ids)
    returning b.*
  loop
    perform app_private.withdraw_payment(v_booking);
  end loop;

  update app_public.seat_booking_state as s
  set status = 'available', booking_id = null, locked_until = null
  from (
    select s.organization_id, s.performance_id, s.seat_no
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    join app_public.seat_booking_state as s
      on s.organization_id = b.organization_id
      and s.performance_id = b.performance_id
      and s.seat_no = n
      and s.booking_id = b.id
    where b.id = any (v_ids)
    for no key update of s skip locked
  ) as lapsed
  where s.organization_id = lapsed.organization_id
    and s.performance_id = lapsed.performance_id
    and s.seat_no = lapsed.seat_no;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;

--! split: 1006-functions-bookings-hold_seats.sql
create or replace function app_public.hold_seats(
  performance_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  -- The booking first, as everywhere, then the key.
  if hold_seats.booking_id is not null then
    v_booking := app_private.lock_booking(hold_seats.booking_id, 'bookings.manage');
  end if;
  if hold_seats.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_seats.idempotency_key, 'hold_seats',
      jsonb_build_array(hold_seats.performance_id, hold_seats.seat_ids, hold_seats.booking_id)
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return v_booking;
    end if;
  end if;

  v_sale := app_private.open_sale(
    hold_seats.performance_id, coalesce(hold_seats.seat_ids, '{}')
  );
  if v_buyer.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;

  if hold_seats.booking_id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.require_open_draft(v_booking);
    if v_booking.performance_id <> v_sale.performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = v_booking.performance_id::text;
    end if;
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;

  if hold_seats.idempotency_key is not null then
    perform app_private.keep_result(hold_seats.idempotency_key, v_booking.id);
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_seats(uuid, text[], uuid, text) is
  'Holds seats for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMTKN (naming the seats that were not free), LMSEA (unknown seat), LMSDP (one twice), '
  'LMQTY (none or too many), LMEVT (not published), LMSAL (sales closed), LMEXP, LMBST, LMBKG, '
  'LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMRSK (a rule against fraud refuses it).';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1007-functions-bookings-start_checkout.sql
create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    return v_booking;
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if not exists (
    select from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id
  ) then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  select * into v_contact from app_public.users as u where u.id = v_booking.user_id;
  v_contact.email := coalesce(start_checkout.email, v_contact.email);
  v_contact.first_name := coalesce(start_checkout.first_name, v_contact.first_name);
  v_contact.last_name := coalesce(start_checkout.last_name, v_contact.last_name);
  v_contact.phone := coalesce(start_checkout.phone, v_contact.phone);
  if v_contact.email is null or v_contact.email !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
    perform app_private.request_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return v_booking;
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold and asks for the payment; a free booking is confirmed at '
  'once. A user''s own address and name are the defaults. The rules against fraud may return it '
  'canceled (not accepted; its seats are free) or as fraud_hold (somebody looks at it first). '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK, LMLIM (the organization''s plan).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1008-functions-risk-add_fraud_alert_note.sql
-- Also about a closed alert: what is learned later belongs there, too.
create or replace function app_public.add_fraud_alert_note(alert_id uuid, note text)
returns app_public.fraud_alert_notes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  select * into v_alert
  from app_public.fraud_alerts as a where a.id = add_fraud_alert_note.alert_id;
  perform app_hidden.require_permission(v_alert.organization_id, 'risk.manage');
  return app_private.write_fraud_alert_note(v_alert, add_fraud_alert_note.note);
end
$$;

comment on function app_public.add_fraud_alert_note(uuid, text) is
  'Adds a note to an alert; nobody can change it later. Needs risk.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_fraud_alert_note(uuid, text) to lml_user;

--! split: 1009-functions-risk-announce_fraud_alert.sql
-- Whoever listens to lml_fraud_alerts is told the id, and reads the rest with their own rights.
create or replace function app_private.announce_fraud_alert(alert_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.fraud_alerts as a
  set announced_at = now()
  where a.id = announce_fraud_alert.alert_id and a.announced_at is null;
  if found then
    perform pg_notify('lml_fraud_alerts', announce_fraud_alert.alert_id::text);
    return true;
  end if;
  return false;
end
$$;

comment on function app_private.announce_fraud_alert(uuid) is
  'Tells of an alert once; false when it was told before.';
grant execute on function app_private.announce_fraud_alert(uuid) to lml_worker;

--! split: 1010-functions-risk-approve_fraud_review.sql
create or replace function app_public.approve_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(approve_fraud_review.booking_id);
begin
  if v_booking.expires_at <= now() then
    raise exception 'The time for the review has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text;
  end if;
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      secs => (
        select e.checkout_seconds
        from app_public.performances as p
        join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
        where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      )
    )
  );
  update app_public.bookings as b
  set status = 'pending_payment' where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    perform app_private.request_payment(v_booking);
  end if;
  perform app_private.close_alerts_of_booking(
    v_booking, 'false_positive', approve_fraud_review.note
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return v_booking;
end
$$;

comment on function app_public.approve_fraud_review(uuid, text) is
  'Accepts a booking under review: the buyer may pay until what was left of the review, and at '
  'least as long as any checkout. Its open alerts were false positives. Needs risk.manage, and '
  'somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMEXP (too late), LMINP, LMAUT, LMSES.';
grant execute on function app_public.approve_fraud_review(uuid, text) to lml_user;

--! split: 1011-functions-risk-assign_fraud_alert.sql
create or replace function app_public.assign_fraud_alert(alert_id uuid, user_id uuid default null)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts := app_private.lock_fraud_alert(assign_fraud_alert.alert_id);
begin
  if assign_fraud_alert.user_id is not null
    and 'risk.read' <> all (
      app_private.permissions_of(v_alert.organization_id, assign_fraud_alert.user_id)
    )
  then
    raise exception 'Only a member who sees alerts can look into one.'
      using errcode = 'LMINP', detail = 'user_id';
  end if;
  update app_public.fraud_alerts as a
  set assigned_to = assign_fraud_alert.user_id,
    status = case when assign_fraud_alert.user_id is null then 'open' else 'assigned' end
      ::app_public.fraud_alert_status
  where a.id = v_alert.id
  returning * into v_alert;
  return v_alert;
end
$$;

comment on function app_public.assign_fraud_alert(uuid, uuid) is
  'Gives an alert to a member with risk.read, or back when user_id is null. Needs risk.manage. '
  'Raises LMNFD, LMRGT, LMALC (it is closed), LMINP (no such member), LMAUT, LMSES.';
grant execute on function app_public.assign_fraud_alert(uuid, uuid) to lml_user;

--! split: 1012-functions-risk-close_alerts_of_booking.sql
-- In order of their rules: two reviewers of two bookings would otherwise wait in a circle.
create or replace function app_private.close_alerts_of_booking(
  booking app_public.bookings, resolution app_public.fraud_resolution, note text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  for v_alert in
    select *
    from app_public.fraud_alerts as a
    where a.organization_id = (close_alerts_of_booking.booking).organization_id
      and a.booking_id = (close_alerts_of_booking.booking).id
      and a.status in ('open', 'assigned')
    order by a.rule_id
    for no key update
  loop
    perform app_private.close_fraud_alert(
      v_alert, close_alerts_of_booking.resolution, close_alerts_of_booking.note
    );
  end loop;
end
$$;

comment on function app_private.close_alerts_of_booking(
  app_public.bookings, app_public.fraud_resolution, text
) is 'What was decided about a booking is what its open alerts come to.';

--! split: 1013-functions-risk-close_fraud_alert.sql
create or replace function app_private.close_fraud_alert(
  alert app_public.fraud_alerts, resolution app_public.fraud_resolution, note text
)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  update app_public.fraud_alerts as a
  set status = case close_fraud_alert.resolution
      when 'confirmed' then 'resolved' else 'dismissed'
    end::app_public.fraud_alert_status,
    resolution = close_fraud_alert.resolution,
    resolved_by = app_hidden.current_user_id(),
    resolved_at = now()
  where a.id = (close_fraud_alert.alert).id
  returning * into v_alert;
  if close_fraud_alert.note is not null then
    perform app_private.write_fraud_alert_note(v_alert, close_fraud_alert.note);
  end if;
  update app_public.fraud_detection_rules as r
  set true_positives = r.true_positives + (close_fraud_alert.resolution = 'confirmed')::integer,
    false_positives
      = r.false_positives + (close_fraud_alert.resolution = 'false_positive')::integer
  where r.id = v_alert.rule_id;
  return v_alert;
end
$$;

comment on function app_private.close_fraud_alert(
  app_public.fraud_alerts, app_public.fraud_resolution, text
) is 'Ends an investigation, whose alert the caller has locked, and counts it for the rule.';

--! split: 1014-functions-risk-create_fraud_rule.sql
create or replace function app_public.create_fraud_rule(
  rule_name text, rule_type app_public.fraud_rule_type, severity app_public.fraud_severity,
  action app_public.fraud_action, organization_id uuid default null,
  trigger_count integer default null, window_seconds integer default null,
  amount_cents bigint default null, amount_currency text default null,
  stage app_public.fraud_stage default 'checkout', description text default null,
  is_enabled boolean default true, idempotency_key text default null
)
returns app_public.fraud_detection_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_rule app_public.fraud_detection_rules;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_rule_keeper(create_fraud_rule.organization_id);
  v_id := app_private.replay_result(
    create_fraud_rule.idempotency_key, 'create_fraud_rule',
    jsonb_build_array(
      create_fraud_rule.rule_name, create_fraud_rule.rule_type, create_fraud_rule.severity,
      create_fraud_rule.action, create_fraud_rule.organization_id,
      create_fraud_rule.trigger_count, create_fraud_rule.window_seconds,
      create_fraud_rule.amount_cents, create_fraud_rule.amount_currency, create_fraud_rule.stage,
      create_fraud_rule.description, create_fraud_rule.is_enabled
    )
  );
  if v_id is null then
    if create_fraud_rule.amount_currency is not null then
      perform app_hidden.require_currency(create_fraud_rule.amount_currency);
    end if;
    insert into app_public.fraud_detection_rules (
      organization_id, rule_name, description, rule_type, stage, severity, action, trigger_count,
      window_seconds, amount_cents, amount_currency, is_enabled, created_by
    )
    values (
      create_fraud_rule.organization_id, create_fraud_rule.rule_name,
      create_fraud_rule.description, create_fraud_rule.rule_type, create_fraud_rule.stage,
      create_fraud_rule.severity, create_fraud_rule.action, create_fraud_rule.trigger_count,
      create_fraud_rule.window_seconds, create_fraud_rule.amount_cents,
      create_fraud_rule.amount_currency, create_fraud_rule.is_enabled, app_hidden.current_user_id()
    )
    on conflict on constraint fraud_rules_name_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_bad_input('fraud_rules_name_is_unique', null);
    end if;
    perform app_private.keep_result(create_fraud_rule.idempotency_key, v_id);
  end if;

  select * into strict v_rule from app_public.fraud_detection_rules as r where r.id = v_id;
  return v_rule;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_fraud_rule(
  text, app_public.fraud_rule_type, app_public.fraud_severity, app_public.fraud_action, uuid,
  integer, integer, bigint, text, app_public.fraud_stage, text, boolean, text
) is
  'A new rule of an organization (needs risk.manage), or of the platform for all of them (without '
  'organization_id; needs the platform''s security staff). Raises LMNFD, LMRGT, LMINP, LMCUR, '
  'LMIDK, LMAUT, LMSES.';
grant execute on function app_public.create_fraud_rule(
  text, app_public.fraud_rule_type, app_public.fraud_severity, app_public.fraud_action, uuid,
  integer, integer, bigint, text, app_public.fraud_stage, text, boolean, text
) to lml_user;

--! split: 1015-functions-risk-expected_countries.sql
-- There is no database of places behind this: the number says where its owner is at home, and
-- otherwise a venue whose country is a code says where its visitors probably are.
create or replace function app_private.expected_countries(phone text, performance_id uuid)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select array_agg(c.country order by c.country)
      from app_private.calling_codes as c
      where c.prefix = (
        select c.prefix
        from app_private.calling_codes as c
        where starts_with(ltrim(expected_countries.phone, '+'), c.prefix)
        order by length(c.prefix) desc
        limit 1
      )
    ),
    (
      select array[upper(v.address ->> 'country')]
      from app_public.performances as p
      join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
      join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
      where p.id = expected_countries.performance_id
        and v.address ->> 'country' ~ '^[A-Za-z]{2}$'
    )
  )
$$;

comment on function app_private.expected_countries(text, uuid) is
  'Countries of a telephone number, or else of the venue; null: unknown.';

--! split: 1016-functions-risk-firing_rules.sql
-- In plpgsql, whose plans outlive the call.
create or replace function app_private.firing_rules(signal app_private.booking_signals)
returns app_public.fraud_detection_rules[]
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select r
    from app_public.fraud_detection_rules as r
    where r.is_enabled
      and r.stage = signal.stage
      and (r.organization_id is null or r.organization_id = signal.organization_id)
      and app_private.rule_catches(r, signal)
    order by r.id
  );
end
$$;

comment on function app_private.firing_rules(app_private.booking_signals) is
  'The enabled rules of the platform and of the organization that fire.';

--! split: 1017-functions-risk-hold_for_review.sql
-- Beyond the longest hold, since it is not the buyer who takes the time; but not for ever.
create or replace function app_private.hold_for_review(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.prolong_hold(
    hold_for_review.booking,
    now() + make_interval(
      secs => (
        select s.fraud_review_seconds
        from app_public.organization_settings as s
        where s.organization_id = (hold_for_review.booking).organization_id
      )
    )
  );
  update app_public.bookings as b
  set status = 'fraud_hold' where b.id = (hold_for_review.booking).id;
end
$$;

comment on function app_private.hold_for_review(app_public.bookings) is
  'Keeps the seats of a booking until somebody decides, at most for fraud_review_seconds.';

--! split: 1018-functions-risk-is_disposable_email.sql
-- A provider's subdomains are the provider's: a.b.example is asked as itself and as b.example.
create or replace function app_private.is_disposable_email(email text)
returns boolean
language sql stable security definer set search_path = ''
as $$
  with labels as (
    select string_to_array(lower(split_part(is_disposable_email.email, '@', -1)), '.') as parts
  )
  select exists (
    select
    from labels as l
    cross join generate_series(1, least(cardinality(l.parts) - 1, 10)) as first
    join app_private.disposable_email_domains as d
      on d.domain = array_to_string(l.parts[first:], '.')
  )
$$;

comment on function app_private.is_disposable_email(text) is
  'Whether an address is of a known provider of throw-away mailboxes.';

--! split: 1019-functions-risk-load_disposable_email_domains.sql
create or replace function app_private.load_disposable_email_domains(domains text[])
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if coalesce(cardinality(load_disposable_email_domains.domains), 0) = 0 then
    raise exception 'The list of domains is empty.' using errcode = 'LMINP', detail = 'domains';
  end if;
  insert into app_private.disposable_email_domains (domain)
  select distinct lower(d)
  from unnest(load_disposable_email_domains.domains) as d
  where d <> ''
  on conflict do nothing;
  delete from app_private.disposable_email_domains as e
  where not exists (
    select from unnest(load_disposable_email_domains.domains) as d where lower(d) = e.domain
  );
  return (select count(*) from app_private.disposable_email_domains);
end
$$;

comment on function app_private.load_disposable_email_domains(text[]) is
  'Makes the list of throw-away mailboxes this one; returns its length. Repeating it is harmless. '
  'Raises LMINP.';
grant execute on function app_private.load_disposable_email_domains(text[]) to lml_worker;

--! split: 1020-functions-risk-lock_fraud_alert.sql
create or replace function app_private.lock_fraud_alert(alert_id uuid)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  perform app_hidden.require_permission(
    (
      select a.organization_id
      from app_public.fraud_alerts as a where a.id = lock_fraud_alert.alert_id
    ),
    'risk.manage'
  );
  select * into strict v_alert
  from app_public.fraud_alerts as a where a.id = lock_fraud_alert.alert_id
  for no key update;
  if v_alert.status not in ('open', 'assigned') then
    raise exception 'The alert is %.', v_alert.status
      using errcode = 'LMALC', detail = v_alert.status::text;
  end if;
  return v_alert;
end
$$;

comment on function app_private.lock_fraud_alert(uuid) is
  'An open alert, locked, for members with risk.manage. Raises LMAUT, LMSES, LMRGT, LMNFD, LMALC.';

--! split: 1021-functions-risk-lock_fraud_review.sql
create or replace function app_private.lock_fraud_review(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  perform app_hidden.require_permission(
    (
      select b.organization_id
      from app_public.bookings as b where b.id = lock_fraud_review.booking_id
    ),
    'risk.manage'
  );
  perform app_private.refuse_own_review(lock_fraud_review.booking_id);
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_fraud_review.booking_id
  for no key update;
  if v_booking.status <> 'fraud_hold' then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_fraud_review(uuid) is
  'A booking under review, locked, for members with risk.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST.';

--! split: 1022-functions-risk-network_of.sql
-- An IPv6 connection has 2^64 addresses of its own to choose from: what counts is its network.
create or replace function app_private.network_of(address inet)
returns inet
language sql immutable
return case
  when family(network_of.address) = 4 then network_of.address
  -- IPv4 as IPv6 writes it.
  when network_of.address <<= inet '::ffff:0.0.0.0/96'
    then inet '0.0.0.0' + (network_of.address - inet '::ffff:0.0.0.0')
  else network(set_masklen(network_of.address, 64))::inet
end;

comment on function app_private.network_of(inet) is
  'What stands for whoever is at an address: itself, or its /64 of IPv6.';

--! split: 1023-functions-risk-points_of.sql
create or replace function app_hidden.points_of(severity app_public.fraud_severity)
returns integer
language sql immutable
return case points_of.severity
  when 'low' then 10
  when 'medium' then 25
  when 'high' then 50
  when 'critical' then 100
end;

comment on function app_hidden.points_of(app_public.fraud_severity) is
  'What a rule adds to the score.';

--! split: 1024-functions-risk-record_signal.sql
-- Everything that rules may ask later, as it is now. A setting that is no address or no country is
-- unknown, not an error: what a proxy sends must not stop a sale.
create or replace function app_private.record_signal(
  booking_id uuid, stage app_public.fraud_stage, tickets integer, phone text default null
)
returns app_private.booking_signals
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_country text := upper(current_setting('lml.country', true));
  v_ip_address text := current_setting('lml.ip_address', true);
  v_signal app_private.booking_signals;
begin
  insert into app_private.booking_signals (
    organization_id, booking_id, performance_id, stage, user_id, buyer_key, email, ip_address,
    device, user_agent, country, expected_countries, is_disposable_email, tickets, amount_cents,
    currency
  )
  select
    b.organization_id, b.id, b.performance_id, record_signal.stage, b.user_id,
    coalesce(uuid_send(b.user_id), b.cart_token_hash), lower(b.customer_email::text),
    case when pg_input_is_valid(v_ip_address, 'inet')
      then app_private.network_of(v_ip_address::inet)
    end,
    left(nullif(current_setting('lml.device', true), ''), 200),
    left(nullif(current_setting('lml.user_agent', true), ''), 1000),
    -- Proxies say XX for unknown and T1 for Tor.
    case when v_country ~ '^[A-Z]{2}$' and v_country <> 'XX' then v_country end,
    case when v_country ~ '^[A-Z]{2}$' and record_signal.stage = 'checkout'
      then app_private.expected_countries(record_signal.phone, b.performance_id)
    end,
    coalesce(app_private.is_disposable_email(b.customer_email::text), false),
    record_signal.tickets, b.total_amount_cents, b.currency
  from app_public.bookings as b
  where b.id = record_signal.booking_id
  returning * into v_signal;
  return v_signal;
end
$$;

comment on function app_private.record_signal(uuid, app_public.fraud_stage, integer, text) is
  'Writes down who holds or checks out, and from where.';

--! split: 1025-functions-risk-refuse_checkout.sql
-- Refused by a rule: canceled, because an error would undo what the rule has found. The reason does
-- not tell the rule.
create or replace function app_private.refuse_checkout(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), expires_at = null,
    cancellation_reason = 'The order was not accepted.'
  where b.id = (refuse_checkout.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  return v_booking;
end
$$;

comment on function app_private.refuse_checkout(app_public.bookings) is
  'Cancels a booking that is not accepted, and frees its seats.';

--! split: 1026-functions-risk-refuse_own_review.sql
-- Whoever may decide about others could otherwise pass any order of their own, with any card. An
-- order without an account is theirs when it is for their address.
create or replace function app_private.refuse_own_review(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if exists (
    select
    from app_public.bookings as b
    join app_public.users as u
      on u.id in (app_hidden.current_user_id(), app_hidden.current_impersonator_id())
    where b.id = refuse_own_review.booking_id
      and (b.user_id = u.id or b.customer_email operator(public.=) u.email)
  ) then
    raise exception 'Somebody else decides about an order of your own.'
      using errcode = 'LMRGT', detail = 'risk.manage', hint = 'Ask another owner or admin.';
  end if;
end
$$;

comment on function app_private.refuse_own_review(uuid) is
  'Raises LMRGT when a booking is the caller''s own.';

--! split: 1027-functions-risk-reject_fraud_review.sql
create or replace function app_public.reject_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(reject_fraud_review.booking_id);
begin
  v_booking := app_private.refuse_checkout(v_booking);
  perform app_private.close_alerts_of_booking(v_booking, 'confirmed', reject_fraud_review.note);
  return v_booking;
end
$$;

comment on function app_public.reject_fraud_review(uuid, text) is
  'Cancels a booking under review and frees its seats. Its open alerts were right. '
  'Needs risk.manage, and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMINP, LMAUT, LMSES.';
grant execute on function app_public.reject_fraud_review(uuid, text) to lml_user;

--! split: 1028-functions-risk-require_fraud_rule.sql
-- The same as the constraints of the table, for a rule that is only tried.
create or replace function app_hidden.require_fraud_rule(rule app_public.fraud_detection_rules)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if rule.rule_type is null or rule.stage is null then
    perform app_hidden.raise_bad_input('', 'rule_type');
  end if;
  if rule.rule_type = 'amount' then
    if coalesce(rule.amount_cents < 1, true) then
      perform app_hidden.raise_bad_input('', 'amount_cents');
    end if;
    if rule.amount_currency is null then
      perform app_hidden.raise_bad_input('', 'amount_currency');
    end if;
  elsif rule.rule_type not in ('geography_mismatch', 'disposable_email') then
    if coalesce(rule.trigger_count < 1, true) then
      perform app_hidden.raise_bad_input('', 'trigger_count');
    end if;
    if coalesce(rule.window_seconds not between 1 and 31536000, true) then
      perform app_hidden.raise_bad_input('', 'window_seconds');
    end if;
  end if;
end
$$;

comment on function app_hidden.require_fraud_rule(app_public.fraud_detection_rules) is
  'Raises LMINP when a rule lacks what its type needs.';

--! split: 1029-functions-risk-require_rule_keeper.sql
create or replace function app_hidden.require_rule_keeper(organization_id uuid)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if require_rule_keeper.organization_id is null then
    perform app_hidden.require_platform_role('security');
  else
    perform app_hidden.require_permission(require_rule_keeper.organization_id, 'risk.manage');
  end if;
end
$$;

comment on function app_hidden.require_rule_keeper(uuid) is
  'Members with risk.manage keep their organization''s rules, the platform''s security staff the '
  'rules for all (null). Raises LMAUT, LMSES, LMRGT, LMNFD.';

--! split: 1030-functions-risk-resolve_fraud_alert.sql
create or replace function app_public.resolve_fraud_alert(
  alert_id uuid, resolution app_public.fraud_resolution, note text default null
)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts := app_private.lock_fraud_alert(resolve_fraud_alert.alert_id);
begin
  perform app_private.refuse_own_review(v_alert.booking_id);
  if resolve_fraud_alert.resolution is null then
    raise exception 'What was found is missing.'
      using errcode = 'LMINP', detail = 'resolution';
  end if;
  return app_private.close_fraud_alert(
    v_alert, resolve_fraud_alert.resolution, resolve_fraud_alert.note
  );
end
$$;

comment on function app_public.resolve_fraud_alert(uuid, app_public.fraud_resolution, text) is
  'Ends an investigation: confirmed (resolved) or false_positive (dismissed). Either feeds the '
  'rule''s rate. The booking stays as it is: see approve_fraud_review. Needs risk.manage, '
  'and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMALC (it is closed), LMINP, LMAUT, LMSES.';
grant execute on function app_public.resolve_fraud_alert(
  uuid, app_public.fraud_resolution, text
) to lml_user;

--! split: 1031-functions-risk-rule_catches.sql
-- The one place that says what rules mean: a checkout asks it about now, and try_fraud_rule about
-- then. It reads only what was written down up to the signal, so both get the same answer. It stops
-- counting at the threshold, since everybody may come from one address. Each way to be the same
-- person is a query of its own, which has its index.
create or replace function app_private.rule_catches(
  rule app_public.fraud_detection_rules, signal app_private.booking_signals
)
returns boolean
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
-- The first checkout plans for all, and sees tables that are nearly empty.
set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  v_since timestamptz := signal.occurred_at - make_interval(secs => rule.window_seconds);
begin
  case rule.rule_type
    when 'amount' then
      return signal.currency = rule.amount_currency and signal.amount_cents >= rule.amount_cents;
    when 'disposable_email' then
      return signal.is_disposable_email;
    when 'geography_mismatch' then
      return coalesce(signal.country <> all (signal.expected_countries), false);
    when 'velocity_user' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.buyer_key = signal.buyer_key
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          union
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.email = signal.email
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_address' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.ip_address = signal.ip_address
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_device' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.device = signal.device
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
    when 'seat_hoarding' then
      return rule.trigger_count <= (
        select coalesce(sum(seen.tickets), 0)
        from (
          select s.id, s.tickets
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.performance_id = signal.performance_id
            and s.buyer_key = signal.buyer_key
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          union
          select s.id, s.tickets
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.performance_id = signal.performance_id
            and s.email = signal.email
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
        ) as seen
      );
    when 'payment_failures' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.buyer_key = signal.buyer_key
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.email = signal.email
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.ip_address = signal.ip_address
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.device = signal.device
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
  end case;
end
$$;

comment on function app_private.rule_catches(
  app_public.fraud_detection_rules, app_private.booking_signals
) is
  'Whether a rule fires at what was known at a hold or a checkout, enabled or not.';

--! split: 1032-functions-risk-screen_checkout.sql
-- Nothing is raised here: what the rules found has to be there afterwards.
create or replace function app_private.screen_checkout(
  booking app_public.bookings, phone text default null
)
returns app_public.fraud_action
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := screen_checkout.booking;
  v_signal app_private.booking_signals;
  v_rules app_public.fraud_detection_rules[];
  v_assessment app_public.risk_assessments;
  v_alert_id uuid;
begin
  -- Whoever sells by telephone or at a counter sees the buyer.
  if v_booking.booking_channel in ('admin', 'phone') then
    return null;
  end if;
  v_signal := app_private.record_signal(
    v_booking.id, 'checkout', cardinality(app_private.held_seat_nos(v_booking)),
    screen_checkout.phone
  );
  v_rules := app_private.firing_rules(v_signal);
  if cardinality(v_rules) = 0 then
    return null;
  end if;

  insert into app_public.risk_assessments (organization_id, booking_id, score, action, factors)
  select
    v_booking.organization_id, v_booking.id,
    least(100, sum(app_hidden.points_of(r.severity))), max(r.action),
    jsonb_agg(
      jsonb_build_object(
        'ruleId', r.id, 'ruleName', r.rule_name, 'ruleType', r.rule_type,
        'severity', r.severity, 'action', r.action, 'points', app_hidden.points_of(r.severity)
      ) order by r.id
    )
  from unnest(v_rules) as r
  returning * into v_assessment;

  for v_alert_id in
    insert into app_public.fraud_alerts (
      organization_id, booking_id, rule_id, severity, action, risk_score
    )
    select
      v_booking.organization_id, v_booking.id, r.id, r.severity, r.action, v_assessment.score
    from unnest(v_rules) as r
    where r.action <> 'flag'
    returning id
  loop
    perform app_private.add_job(
      'fraud_alert__announce', jsonb_build_object('alert_id', v_alert_id)
    );
  end loop;
  return v_assessment.action;
end
$$;

comment on function app_private.screen_checkout(app_public.bookings, text) is
  'Records a checkout and asks the rules about it: the strongest action of those that fire, or '
  'null. Writes the assessment and the alerts.';

--! split: 1033-functions-risk-screen_hold.sql
-- Asked only where a rule wants it: see events.screens_holds. It raises, so the seats stay free.
create or replace function app_private.screen_hold(sale app_private.sale, booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_signal app_private.booking_signals := app_private.record_signal(
    screen_hold.booking_id, 'hold', cardinality((screen_hold.sale).seat_nos)
  );
begin
  if cardinality(app_private.firing_rules(v_signal)) > 0 then
    raise exception 'These seats cannot be held for you now.'
      using errcode = 'LMRSK', hint = 'Try again later, or ask the organization.';
  end if;
end
$$;

comment on function app_private.screen_hold(app_private.sale, uuid) is
  'Records a hold and asks the rules about it. Raises LMRSK, which does not tell the rule.';

--! split: 1034-functions-risk-screens_holds_of.sql
create or replace function app_private.screens_holds_of(organization_id uuid)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select
    from app_public.fraud_detection_rules as r
    where r.is_enabled
      and r.stage = 'hold'
      and (r.organization_id is null or r.organization_id = screens_holds_of.organization_id)
  )
$$;

comment on function app_private.screens_holds_of(uuid) is
  'Whether a rule wants to be asked at the holds of an organization.';

--! split: 1035-functions-risk-set_fraud_rule_enabled.sql
create or replace function app_public.set_fraud_rule_enabled(rule_id uuid, is_enabled boolean)
returns app_public.fraud_detection_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rule app_public.fraud_detection_rules;
begin
  select * into v_rule
  from app_public.fraud_detection_rules as r where r.id = set_fraud_rule_enabled.rule_id;
  if not found then
    perform app_hidden.require_user_id();
    raise exception 'There is no such thing, or it is not yours.' using errcode = 'LMNFD';
  end if;
  perform app_hidden.require_rule_keeper(v_rule.organization_id);
  if set_fraud_rule_enabled.is_enabled is null then
    perform app_hidden.raise_bad_input('', 'is_enabled');
  end if;
  update app_public.fraud_detection_rules as r
  set is_enabled = set_fraud_rule_enabled.is_enabled
  where r.id = v_rule.id
  returning * into v_rule;
  return v_rule;
end
$$;

comment on function app_public.set_fraud_rule_enabled(uuid, boolean) is
  'Enables or disables a rule. Needs risk.manage, or the platform''s security staff for a rule of '
  'the platform. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_fraud_rule_enabled(uuid, boolean) to lml_user;

--! split: 1036-functions-risk-tg_events__screen_holds.sql
create or replace function app_hidden.tg_events__screen_holds()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from app_public.organizations as o where o.id = new.organization_id for key share;
  new.screens_holds := app_private.screens_holds_of(new.organization_id);
  return new;
end
$$;

comment on function app_hidden.tg_events__screen_holds() is
  'A new event begins with the rules that are there.';

create or replace trigger _200_screen_holds
  before insert on app_public.events
  for each row execute function app_hidden.tg_events__screen_holds();

--! split: 1037-functions-risk-tg_fraud_alerts__check_rule.sql
-- A foreign key cannot say it: a rule of the platform has no organization.
create or replace function app_hidden.tg_fraud_alerts__check_rule()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select
    from app_public.fraud_detection_rules as r
    where r.id = new.rule_id
      and (r.organization_id is null or r.organization_id = new.organization_id)
  ) then
    raise exception 'The rule is another organization''s.' using errcode = 'LMNFD';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_fraud_alerts__check_rule() is 'Raises LMNFD.';

create or replace trigger _200_check_rule
  before insert or update of rule_id, organization_id on app_public.fraud_alerts
  for each row execute function app_hidden.tg_fraud_alerts__check_rule();

--! split: 1038-functions-risk-tg_fraud_detection_rules__screen_holds.sql
-- The organizations are locked first, so that an event that is just being created is either seen
-- here, or sees the rule.
create or replace function app_hidden.tg_fraud_detection_rules__screen_holds()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_when = 'BEFORE' then
    perform
    from app_public.organizations as o
    where new.organization_id is null or o.id = new.organization_id
    order by o.id
    for update;
    return new;
  end if;
  update app_public.events as e
  set screens_holds = app_private.screens_holds_of(e.organization_id)
  where (new.organization_id is null or e.organization_id = new.organization_id)
    and e.screens_holds <> app_private.screens_holds_of(e.organization_id);
  return null;
end
$$;

comment on function app_hidden.tg_fraud_detection_rules__screen_holds() is
  'Keeps events.screens_holds true.';

create or replace trigger _200_lock_organizations
  before insert or update of is_enabled, stage, organization_id on app_public.fraud_detection_rules
  for each row when (new.stage = 'hold')
  execute function app_hidden.tg_fraud_detection_rules__screen_holds();

create or replace trigger _500_screen_holds
  after insert or update of is_enabled, stage, organization_id on app_public.fraud_detection_rules
  for each row when (new.stage = 'hold')
  execute function app_hidden.tg_fraud_detection_rules__screen_holds();

--! split: 1039-functions-risk-tg_stripe_events__note_failure.sql
-- An event of the inbox is applied once, and so a declined payment is counted once.
create or replace function app_hidden.tg_stripe_events__note_failure()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_intent_id text := new.payload #>> '{data,object,metadata,lml_payment_intent_id}';
begin
  insert into app_private.payment_failure_signals (
    stripe_event_id, organization_id, booking_id, buyer_key, email, ip_address, device
  )
  select
    new.id, b.organization_id, b.id, coalesce(uuid_send(b.user_id), b.cart_token_hash),
    lower(b.customer_email::text), s.ip_address, s.device
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  left join app_private.booking_signals as s
    on s.organization_id = b.organization_id and s.booking_id = b.id and s.stage = 'checkout'
  where p.id = v_intent_id::uuid;
  return null;
end
$$;

comment on function app_hidden.tg_stripe_events__note_failure() is
  'Writes payment_failure_signals.';

create or replace trigger _500_note_failure
  after update of outcome on app_private.stripe_events
  for each row
  when (
    old.outcome is null and new.outcome = 'applied' and new.type = 'payment_intent.payment_failed'
  )
  execute function app_hidden.tg_stripe_events__note_failure();

--! split: 1040-functions-risk-try_fraud_rule.sql
create or replace function app_public.try_fraud_rule(
  organization_id uuid, since timestamptz, until timestamptz, rule_id uuid default null,
  rule_type app_public.fraud_rule_type default null, trigger_count integer default null,
  window_seconds integer default null, amount_cents bigint default null,
  amount_currency text default null, stage app_public.fraud_stage default 'checkout'
)
returns setof app_public.fraud_rule_catch
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_rule app_public.fraud_detection_rules;
begin
  perform app_hidden.require_permission(try_fraud_rule.organization_id, 'risk.read');
  if try_fraud_rule.rule_id is null then
    v_rule.rule_type := try_fraud_rule.rule_type;
    v_rule.stage := try_fraud_rule.stage;
    v_rule.trigger_count := try_fraud_rule.trigger_count;
    v_rule.window_seconds := try_fraud_rule.window_seconds;
    v_rule.amount_cents := try_fraud_rule.amount_cents;
    v_rule.amount_currency := try_fraud_rule.amount_currency;
    perform app_hidden.require_fraud_rule(v_rule);
  else
    select * into v_rule
    from app_public.fraud_detection_rules as r
    where r.id = try_fraud_rule.rule_id
      and (r.organization_id is null or r.organization_id = try_fraud_rule.organization_id);
    if not found then
      raise exception 'There is no such rule, or it is not yours.'
        using errcode = 'LMNFD', detail = 'rule_id';
    end if;
  end if;
  if coalesce(
    try_fraud_rule.since >= try_fraud_rule.until
      or try_fraud_rule.until - try_fraud_rule.since > interval '366 days',
    true
  ) then
    raise exception 'The time to look at begins before it ends, and is a year at most.'
      using errcode = 'LMINP', detail = 'since';
  end if;

  return query
    select b.id, b.booking_reference, b.status, min(s.occurred_at)
    from app_private.booking_signals as s
    join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
    where s.organization_id = try_fraud_rule.organization_id
      and s.stage = v_rule.stage
      and s.occurred_at >= try_fraud_rule.since
      and s.occurred_at < try_fraud_rule.until
      and app_private.rule_catches(v_rule, s)
    group by b.organization_id, b.id
    order by min(s.occurred_at), b.id;
end
$$;

comment on function app_public.try_fraud_rule(
  uuid, timestamptz, timestamptz, uuid, app_public.fraud_rule_type, integer, integer, bigint,
  text, app_public.fraud_stage
) is
  'The bookings that a rule would have caught between two moments, and changes nothing: a rule '
  'that is there by rule_id, or one that is not, by its type and thresholds. Needs risk.read. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.try_fraud_rule(
  uuid, timestamptz, timestamptz, uuid, app_public.fraud_rule_type, integer, integer, bigint,
  text, app_public.fraud_stage
) to lml_user;

--! split: 1041-functions-risk-write_fraud_alert_note.sql
create or replace function app_private.write_fraud_alert_note(
  alert app_public.fraud_alerts, note text
)
returns app_public.fraud_alert_notes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_note app_public.fraud_alert_notes;
  v_constraint text;
  v_column text;
begin
  insert into app_public.fraud_alert_notes (organization_id, alert_id, author_id, note)
  values (
    (write_fraud_alert_note.alert).organization_id, (write_fraud_alert_note.alert).id,
    app_hidden.current_user_id(), write_fraud_alert_note.note
  )
  returning * into v_note;
  return v_note;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.write_fraud_alert_note(app_public.fraud_alerts, text) is
  'Adds a note of the caller. Raises LMINP.';

--! split: 1042-functions-audit-check_invariants.sql
-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables.
create or replace function app_public.check_invariants()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where (s.status = 'booked' or (s.status = 'locked' and s.locked_until > now()))
    and not (
      b.performance_id = s.performance_id
      and b.status in ('draft', 'pending_payment', 'fraud_hold', 'confirmed', 'completed')
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )

  union all
  select
    'open_booking_owns_its_seats', b.organization_id, b.id,
    format('seat %s is on a line of the booking, but is not held for it', n)
  from app_public.bookings as b
  join app_public.booking_items as i
    on i.organization_id = b.organization_id and i.booking_id = b.id
  cross join unnest(i.seat_nos) as n
  where (
      (b.status in ('draft', 'pending_payment', 'fraud_hold') and b.expires_at > now())
      or b.status in ('confirmed', 'completed')
    )
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
        and s.status
          = case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    )

  union all
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and b.status in ('draft', 'pending_payment', 'fraud_hold')
    and s.locked_until <> b.expires_at

  union all
  select
    'booked_seat_has_one_ticket', s.organization_id, s.booking_id,
    format('seat %s of performance %s has %s live tickets', s.seat_no, s.performance_id, t.live)
  from app_public.seat_booking_state as s
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = s.organization_id
      and t.performance_id = s.performance_id
      and t.seat_no = s.seat_no
      and t.booking_id = s.booking_id
      and t.status in ('valid', 'used')
  ) as t
  where s.status = 'booked' and t.live <> 1

  union all
  select
    'live_ticket_has_its_seat', t.organization_id, t.id,
    format('ticket %s has no seat that is booked for it', t.ticket_number)
  from app_public.tickets as t
  where t.status in ('valid', 'used')
    and t.seat_no is not null
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = t.organization_id
        and s.performance_id = t.performance_id
        and s.seat_no = t.seat_no
        and s.status = 'booked'
        and s.booking_id = t.booking_id
    )

  union all
  select
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id and c.ticket_id = t.id
  )

  union all
  select
    'confirmed_booking_has_its_tickets', b.organization_id, b.id,
    format('%s live tickets of %s', t.live, i.sold)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.quantity), 0) as sold
    from app_public.booking_items as i
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type in ('seat', 'admission')
  ) as i
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and t.status in ('valid', 'used')
  ) as t
  where b.status in ('confirmed', 'completed') and t.live <> i.sold

  union all
  select
    'tickets_sum_to_their_line', i.organization_id, i.id,
    format('tickets sum to %s, the line to %s', t.total, i.total_cents)
  from app_public.booking_items as i
  join lateral (
    select sum(t.total_paid_cents) as total
    from app_public.tickets as t
    where t.organization_id = i.organization_id and t.booking_item_id = i.id
  ) as t on t.total is not null
  where t.total <> i.total_cents

  union all
  select
    'booking_is_sum_of_its_lines', b.organization_id, b.id,
    format('lines sum to %s, the booking to %s', coalesce(i.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(i.total_cents) as total
    from app_public.booking_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i on true
  where coalesce(i.total, 0) <> b.total_amount_cents

  union all
  select
    'confirmed_booking_is_paid', b.organization_id, b.id,
    format('received %s of %s', coalesce(p.received, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(p.received_cents - p.refunded_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents

  union all
  select
    'payment_is_in_the_books', p.organization_id, p.id, 'no ledger transaction payment:ID'
  from app_public.payment_intents as p
  where p.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = p.organization_id and t.source = 'payment:' || p.id
    )

  union all
  select
    'sale_is_in_the_books', b.organization_id, b.id, 'no ledger transaction sale:ID'
  from app_public.bookings as b
  where b.status in ('confirmed', 'completed')
    and b.total_amount_cents > 0
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = b.organization_id and t.source = 'sale:' || b.id
    )

  union all
  select
    'refund_is_in_the_books', r.organization_id, r.id, 'no ledger transaction refund:ID'
  from app_public.refunds as r
  where r.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = r.organization_id and t.source = 'refund:' || r.id
    )

  union all
  select
    'ledger_transaction_is_balanced', t.organization_id, t.id,
    format('%s entries sum to %s', count(e.id), coalesce(sum(e.amount_cents), 0))
  from app_public.ledger_transactions as t
  left join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  group by t.organization_id, t.id
  having count(e.id) < 2 or sum(e.amount_cents) <> 0

  union all
  select
    'stripe_balance_is_what_came_and_went', o.id, null,
    format(
      'the books say %s %s, payments and refunds %s', coalesce(b.balance, 0), c.code,
      coalesce(p.received, 0) - coalesce(r.returned, 0)
    )
  from app_public.organizations as o
  join (
    select p.organization_id, p.currency as code from app_public.payment_intents as p
    union
    select a.organization_id, a.currency from app_public.ledger_accounts as a
  ) as c on c.organization_id = o.id
  left join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)

  union all
  select
    'refunded_is_sum_of_refunds', p.organization_id, p.id,
    format('refunds sum to %s, the payment says %s', coalesce(r.total, 0), p.refunded_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(r.amount_cents) as total
    from app_public.refunds as r
    where r.organization_id = p.organization_id
      and r.payment_intent_id = p.id
      and r.status in ('pending', 'processing', 'succeeded')
  ) as r on true
  where coalesce(r.total, 0) <> p.refunded_cents

  union all
  select
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('received %s, returned %s', p.received_cents, p.refunded_cents)
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  where b.status in ('canceled', 'expired', 'refunded')
    and p.received_cents <> p.refunded_cents
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = p.organization_id
        and r.payment_intent_id = p.id
        and r.status in ('failed', 'canceled')
    )

  union all
  select
    'status_is_the_last_logged', b.organization_id, b.id,
    format('the booking is %s, its log says %s', b.status, coalesce(t.to_status::text, 'nothing'))
  from app_public.bookings as b
  left join lateral (
    select t.to_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
    order by t.id desc
    limit 1
  ) as t on true
  where t.to_status is distinct from b.status
    -- Nothing is left of what was dropped by retention.
    and (
      t.to_status is not null
      or not exists (
        select from app_private.closed_months as c
        where c.table_name = 'booking_state_transitions'
          and c.dropped_at is not null
          and b.created_at < (c.month + interval '1 month') at time zone 'UTC'
      )
    )

  union all
  select
    'inventory_is_the_layout', p.organization_id, p.id,
    format('%s seats in the inventory, %s in the layout', s.seats, l.seat_count)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as s
    where s.organization_id = p.organization_id and s.performance_id = p.id
  ) as s
  where e.status not in ('draft', 'canceled') and s.seats <> l.seat_count

  union all
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    where m.organization_id = o.id and m.role = 'owner' and m.status = 'active'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1043-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is erased, the line says how:
--   anonymize  with the SQL expression that replaces the value (the row is called t)
--   delete     the row goes
--   keep       with the reason that the law gives
-- Whose row it is, is said in personal_tables.
create or replace view app_private.declared_classes with (security_invoker = true) as
select
  d.relation, c.column_name, d.class::app_private.data_class as class,
  d.on_erasure::app_private.erasure_action as on_erasure, d.note
from (values
  -- foundation
  ('app_public.currencies', 'public', null, null, 'code exponent'),
  ('app_private.worker_heartbeats', 'internal', null, null, 'worker_id'),

  -- identity
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.users', 'personal', 'anonymize', $$'Erased'$$, 'first_name last_name'),
  ('app_public.users', 'personal', 'anonymize', 'null', 'phone email_verified_at last_login_at'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.user_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.user_tokens', 'personal', 'delete', null, 'email'),
  ('app_private.user_tokens', 'internal', null, null, 'purpose'),
  ('app_private.outgoing_emails', 'personal', 'delete', null, 'recipient'),
  ('app_private.outgoing_emails', 'secret', 'delete', null, 'variables'),
  ('app_private.outgoing_emails', 'internal', null, null, 'template'),
  ('app_public.platform_staff', 'internal', null, null, 'role'),
  ('app_private.sign_ups', 'personal', 'delete', null, 'email first_name last_name'),
  ('app_private.sign_ups', 'secret', 'delete', null, 'token_hash password_hash'),
  ('app_private.attempt_limits', 'internal', null, null, 'kind attempts period'),
  ('app_private.attempts', 'personal', 'keep', 'Counts of a network, for days.', 'network'),
  ('app_private.attempts', 'internal', null, null, 'kind attempts'),
  ('app_public.failed_attempts', 'personal', 'delete', null, 'ip_address user_agent'),
  ('app_public.failed_attempts', 'internal', null, null, 'kind'),
  ('app_public.trusted_devices', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.trusted_device_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.impersonations', 'sensitive', 'keep',
    'Proof of what was done in the name of somebody.', 'reason'),
  ('app_public.user_suspensions', 'sensitive', 'keep',
    'Proof of why somebody was kept out.', 'reason'),

  -- organizations: what is known of an organization is not about a person
  ('app_public.organizations', 'public', null, null,
    'name slug email phone website default_currency status address logo_url primary_color '
    'secondary_color custom_domain refund_policy privacy_policy_url terms_of_service_url '
    'verification_status'),
  ('app_public.organization_settings', 'internal', null, null,
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'business_type payout_schedule email_notifications ticket_transfers_enabled subscription_tier '
    'subscription_reference monthly_event_limit fraud_review_seconds'),
  ('app_public.organization_settings', 'financial', null, null,
    'commission_percentage service_fee_percentage processing_fee_percentage registration_number '
    'tax_id monthly_revenue_limit_units'),
  ('app_public.organization_members', 'internal', null, null, 'role status venues_restricted'),
  ('app_public.role_permissions', 'public', null, null, 'role permission'),
  ('app_public.member_permissions', 'internal', null, null, 'permission'),
  ('app_public.organization_invitations', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.organization_invitations', 'internal', null, null, 'role send_count'),
  ('app_private.invitation_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.organization_verifications', 'sensitive', 'keep',
    'Documents of an organization, by which it was verified.', 'documents note'),
  ('app_public.organization_verifications', 'internal', null, null, 'status'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage'),

  -- venues
  ('app_public.venues', 'public', null, null, 'name slug description address timezone'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count'),
  ('app_public.layout_sections', 'public', null, null, 'section_no name'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public '
    'screens_holds'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),

  -- inventory
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage'),
  ('app_public.booking_items', 'internal', null, null, 'item_type seat_nos quantity'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_transactions', 'financial', null, null, 'source description'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.ticket_scans', 'internal', null, null, 'result code gate device'),

  -- risk
  ('app_public.fraud_detection_rules', 'internal', null, null,
    'rule_name description rule_type stage severity action trigger_count window_seconds '
    'amount_currency is_enabled true_positives false_positives false_positive_rate'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'null',
    'user_id buyer_key email ip_address device user_agent country expected_countries'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'false', 'is_disposable_email'),
  ('app_private.booking_signals', 'internal', null, null, 'stage tickets currency'),
  ('app_private.payment_failure_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.payment_failure_signals', 'internal', null, null, 'stripe_event_id'),
  ('app_private.disposable_email_domains', 'public', null, null, 'domain'),
  ('app_private.calling_codes', 'public', null, null, 'prefix country'),
  ('app_public.risk_assessments', 'sensitive', 'keep',
    'Why a sale was refused or looked at; whose it was is forgotten.', 'score action factors'),
  ('app_public.fraud_alerts', 'internal', null, null,
    'severity action risk_score status resolution'),
  ('app_public.fraud_alert_notes', 'sensitive', 'keep',
    'Evidence for legal claims (GDPR, article 17, paragraph 3).', 'note'),

  -- audit: see redact_audit_log
  ('app_public.audit_log', 'personal', 'anonymize', 'null', 'ip_address user_agent'),
  ('app_public.audit_log', 'personal', 'anonymize', 'by field, as in the table it is about',
    'old_values new_values'),
  ('app_public.audit_log', 'internal', null, null,
    'action entity_type database_role request_id transaction_id'),
  ('app_private.audit_seals', 'internal', null, null,
    'seal_no up_to row_count previous_hash hash'),
  ('app_private.audit_sealed_rows', 'internal', null, null, 'seal_no row_hash month'),
  ('app_private.partition_retention', 'internal', null, null, 'table_name months_kept reason'),
  ('app_private.closed_months', 'internal', null, null,
    'table_name month months_kept row_count rows_hash'),

  -- privacy
  ('app_private.retention_rules', 'internal', null, null,
    'rule description relation action since condition kept_for is_enabled'),
  ('app_public.consents', 'personal', 'keep',
    'Proof that somebody had agreed (GDPR, article 7); of whom is forgotten.',
    'purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1044-functions-privacy-personal_tables.sql
-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has it;
-- without a name it is not exported, because there is nothing in it but secrets. In the order in
-- which rows may be deleted.
create or replace view app_private.personal_tables with (security_invoker = true) as
select p.relation, p.section, p.belongs, row_number() over () as position
from (values
  ('app_private.user_credentials', null, 't.user_id = ($1).user_id'),
  ('app_private.two_factor_secrets', null, 't.user_id = ($1).user_id'),
  ('app_private.recovery_codes', null, 't.user_id = ($1).user_id'),
  ('app_private.user_tokens', 'mailed_tokens', 't.user_id = ($1).user_id'),
  (
    'app_private.session_tokens', null,
    't.session_id in (
      select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
    )'
  ),
  ('app_private.sign_ups', 'sign_ups', 't.email operator(public.=) any (($1).emails)'),
  (
    'app_private.trusted_device_tokens', null,
    't.device_id in (
      select d.id from app_public.trusted_devices as d where d.user_id = ($1).user_id
    )'
  ),
  ('app_public.trusted_devices', 'trusted_devices', 't.user_id = ($1).user_id'),
  ('app_public.failed_attempts', 'failed_attempts', 't.user_id = ($1).user_id'),
  ('app_public.impersonations', 'impersonations', 't.user_id = ($1).user_id'),
  ('app_public.user_suspensions', 'suspensions', 't.user_id = ($1).user_id'),
  ('app_public.user_sessions', 'sessions', 't.user_id = ($1).user_id'),
  -- The last mail goes to an address that is forgotten once it is sent.
  (
    'app_private.outgoing_emails', 'emails',
    't.recipient operator(public.=) any (($1).emails)
      and (t.template <> ''account_closed'' or t.sent_at is not null)'
  ),
  ('app_public.platform_staff', 'platform_staff', 't.user_id = ($1).user_id'),
  (
    'app_public.member_permissions', 'extra_permissions',
    't.member_id in (
      select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
    )'
  ),
  ('app_public.user_venue_access', 'venue_access', 't.user_id = ($1).user_id'),
  ('app_public.organization_members', 'memberships', 't.user_id = ($1).user_id'),
  (
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_public.privacy_requests', 'privacy_requests',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.payment_intent_secrets', null,
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.stripe_events', null,
    't.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_booking_id}''
        = any (($1).booking_ids::text[])
      or t.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_payment_intent_id}'' in (
        select p.id::text from app_public.payment_intents as p
        where p.booking_id = any (($1).booking_ids)
      )'
  ),
  -- What a score is made of is for those who look into it.
  ('app_public.risk_assessments', null, 't.booking_id = any (($1).booking_ids)'),
  ('app_public.fraud_alert_notes', null,
    't.alert_id in (
      select a.id from app_public.fraud_alerts as a where a.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.booking_signals', 'signals',
    't.user_id = ($1).user_id or t.booking_id = any (($1).booking_ids)'
  ),
  (
    'app_private.payment_failure_signals', 'declined_payments',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
      or t.entity_type in (''organization_members'', ''user_sessions'') and t.entity_id in (
        select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
        union all
        select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
      )'
  )
) as p (relation, section, belongs);

comment on view app_private.personal_tables is
  'Which tables have something about people, and how their rows are found.';
revoke all on app_private.personal_tables from public;

--! split: 1045-policies-risk-booking_signals.sql
-- Reached through definer functions only.
alter table app_private.booking_signals enable row level security;
alter table app_private.booking_signals force row level security;

drop policy if exists all_owner on app_private.booking_signals;
create policy all_owner on app_private.booking_signals
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.booking_signals from public;

--! split: 1046-policies-risk-calling_codes.sql
-- Reached through definer functions only.
alter table app_private.calling_codes enable row level security;
alter table app_private.calling_codes force row level security;

drop policy if exists all_owner on app_private.calling_codes;
create policy all_owner on app_private.calling_codes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.calling_codes from public;

--! split: 1047-policies-risk-disposable_email_domains.sql
-- Reached through definer functions only.
alter table app_private.disposable_email_domains enable row level security;
alter table app_private.disposable_email_domains force row level security;

drop policy if exists all_owner on app_private.disposable_email_domains;
create policy all_owner on app_private.disposable_email_domains
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.disposable_email_domains from public;

--! split: 1048-policies-risk-fraud_alert_notes.sql
-- Members who may see risks; never the buyer.
alter table app_public.fraud_alert_notes enable row level security;
alter table app_public.fraud_alert_notes force row level security;

drop policy if exists all_owner on app_public.fraud_alert_notes;
create policy all_owner on app_public.fraud_alert_notes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_alert_notes;
create policy select_member on app_public.fraud_alert_notes
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('risk.read')));

revoke all on app_public.fraud_alert_notes from public;
grant select on app_public.fraud_alert_notes to lml_user;

--! split: 1049-policies-risk-fraud_alerts.sql
-- Members who may see risks; never the buyer.
alter table app_public.fraud_alerts enable row level security;
alter table app_public.fraud_alerts force row level security;

drop policy if exists all_owner on app_public.fraud_alerts;
create policy all_owner on app_public.fraud_alerts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_alerts;
create policy select_member on app_public.fraud_alerts
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('risk.read')));

revoke all on app_public.fraud_alerts from public;
grant select on app_public.fraud_alerts to lml_user;

--! split: 1050-policies-risk-fraud_detection_rules.sql
-- Members see their organization's rules and, since these are asked about their buyers too, the
-- platform's. Whoever knew the thresholds could stay below them, and anybody may found an
-- organization: the platform's are for organizations that it has verified.
alter table app_public.fraud_detection_rules enable row level security;
alter table app_public.fraud_detection_rules force row level security;

drop policy if exists all_owner on app_public.fraud_detection_rules;
create policy all_owner on app_public.fraud_detection_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_detection_rules;
create policy select_member on app_public.fraud_detection_rules
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('risk.read')));

drop policy if exists select_platform on app_public.fraud_detection_rules;
create policy select_platform on app_public.fraud_detection_rules
  for select to lml_user
  using (
    organization_id is null
    and (
      (select app_hidden.current_platform_role()) is not null
      or exists (
        select
        from app_public.organizations as o
        where o.id in (select app_hidden.permitted_organization_ids('risk.read'))
          and o.verification_status = 'verified'
      )
    )
  );

revoke all on app_public.fraud_detection_rules from public;
grant select on app_public.fraud_detection_rules to lml_user;

--! split: 1051-policies-risk-payment_failure_signals.sql
-- Reached through definer functions only.
alter table app_private.payment_failure_signals enable row level security;
alter table app_private.payment_failure_signals force row level security;

drop policy if exists all_owner on app_private.payment_failure_signals;
create policy all_owner on app_private.payment_failure_signals
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_failure_signals from public;

--! split: 1052-policies-risk-risk_assessments.sql
-- Members who may see risks; never the buyer.
alter table app_public.risk_assessments enable row level security;
alter table app_public.risk_assessments force row level security;

drop policy if exists all_owner on app_public.risk_assessments;
create policy all_owner on app_public.risk_assessments
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.risk_assessments;
create policy select_member on app_public.risk_assessments
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('risk.read')));

revoke all on app_public.risk_assessments from public;
grant select on app_public.risk_assessments to lml_user;
