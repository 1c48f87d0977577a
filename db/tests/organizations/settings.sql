-- If this fails, an organization cannot say who it is and how it sells, or somebody else says it.
select plan(32);

select tests.create_theatre();
select tests.create_theatre('rival');

select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.update_organization(tests.id('theatre.organization'), name => 'X') $$,
  'LMRGT', 'a manager does not'
);
select tests.refused(
  $$
    select app_public.update_organization_settings(
      tests.id('theatre.organization'), hold_seconds => 60
    )
  $$, 'LMRGT', 'in nothing'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.update_organization(tests.id('theatre.organization'), name => 'X') $$,
  'LMNFD', 'a stranger neither'
);
select tests.refused(
  $$ select app_public.update_organization_settings(tests.id('theatre.organization')) $$,
  'LMNFD', 'in nothing'
);

select tests.sign_in('theatre admin');
select is(
  (
    select row(o.name, o.phone, o.website, o.primary_color, o.custom_domain, o.refund_policy,
      o.address ->> 'city', o.default_currency, o.email)::text
    from app_public.update_organization(
      tests.id('theatre.organization'), name => 'Grand', phone => '+431234567',
      website => 'https://grand.example', default_currency => 'CHF',
      address => '{"line1": "Ring 1", "city": "Wien", "country": "AT"}',
      logo_url => 'https://grand.example/logo.png', primary_color => '#0A1B2C',
      secondary_color => '#ffffff', custom_domain => 'Tickets.Grand.Example',
      refund_policy => 'None.', privacy_policy_url => 'https://grand.example/privacy',
      terms_of_service_url => 'https://grand.example/terms'
    ) as o
  ),
  '(Grand,+431234567,https://grand.example,#0a1b2c,tickets.grand.example,None.,Wien,CHF,'
    || 'office@theatre.example)',
  'the profile, and what was not named stays'
);
select is(
  (app_public.update_organization(tests.id('theatre.organization'), refund_policy => ''))
    .refund_policy,
  null, 'an empty text removes'
);
select tests.refused(
  format('select app_public.update_organization(tests.id(%L), %s)', 'theatre.organization', change),
  code, change
)
from (values
  ('name => ''''', 'LMINP'), ('name => E''Grand\nPay at https://x.example''', 'LMINP'),
  ('name => '' ''', 'LMINP'), ('slug => ''Not A Slug''', 'LMINP'), ('slug => ''rival''', 'LMSLG'),
  ('email => ''nobody''', 'LMINP'), ('phone => ''call me''', 'LMINP'),
  ('website => ''javascript:alert(1)''', 'LMINP'), ('default_currency => ''XXA''', 'LMCUR'),
  ('address => ''[]''', 'LMINP'), ('address => ''{"planet": "Mars"}''', 'LMINP'),
  ('address => ''{"country": "Austria"}''', 'LMINP'),
  ('logo_url => ''http://grand.example/logo.png''', 'LMINP'),
  ('primary_color => ''red''', 'LMINP'), ('custom_domain => ''not a domain''', 'LMINP')
) as t (change, code);
select tests.sign_in('rival owner');
select lives_ok(
  $$
    select app_public.update_organization(
      tests.id('rival.organization'), custom_domain => 'tickets.grand.example'
    )
  $$, 'a domain is claimed by whoever likes: its zone says whose it is'
);

select tests.sign_in('theatre admin');
select is(
  (
    select row(s.hold_seconds, s.business_type, s.tax_id, s.payout_schedule,
      s.minimum_payout_cents, s.email_notifications, s.ticket_transfers_enabled,
      s.service_fee_fixed_cents, s.commission_percentage)::text
    from app_public.update_organization_settings(
      tests.id('theatre.organization'), hold_seconds => 300, business_type => 'venue_owner',
      registration_number => 'FN 1', tax_id => 'ATU1', payout_schedule => 'daily',
      minimum_payout_cents => 5000, email_notifications => false,
      ticket_transfers_enabled => false
    ) as s
  ),
  '(300,venue_owner,ATU1,daily,5000,f,f,50,10.0000)', 'the settings, and the others stay'
);
select tests.refused(
  format(
    'select app_public.update_organization_settings(tests.id(%L), %s)', 'theatre.organization',
    change
  ), 'LMINP', change
)
from unnest(array[
  'hold_seconds => 1', 'checkout_seconds => 100000', 'service_fee_percentage => 101',
  'service_fee_percentage => 1000000', 'processing_fee_fixed_cents => -1',
  'tickets_per_booking_max => 0', 'minimum_payout_cents => -1'
]) as change;
select tests.as_owner();
select is(
  (
    select count(*) from app_public.audit_log as a
    where a.entity_type in ('organizations', 'organization_settings') and a.action = 'update'
      and a.user_id = tests.user_id('theatre admin')
      and a.organization_id = tests.id('theatre.organization')
  ), 3::bigint, 'what changed is in the audit log, and what was refused changed nothing'
);
select is(
  (select string_agg(distinct e.hold_seconds::text, ',') from app_public.events as e
    where e.organization_id = tests.id('theatre.organization')),
  '900', 'events keep the terms under which they were made'
);
