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
