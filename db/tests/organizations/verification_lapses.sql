-- If this fails, an organization is verified under one name, and sells under another.
select plan(9);

select tests.create_theatre();
create function tests.verify() returns void
language sql volatile security definer set search_path = '' as $$
  update app_public.organizations set verification_status = 'verified'
  where id = tests.id('theatre.organization')
$$;
create function tests.verification() returns text
language sql volatile security definer set search_path = '' as $$
  select verification_status::text from app_public.organizations
  where id = tests.id('theatre.organization')
$$;
grant execute on function tests.verify(), tests.verification() to public;
select tests.verify();
select tests.sign_in('theatre owner');
select app_public.update_organization(
  tests.id('theatre.organization'), name => 'theatre', phone => '+4311234567'
);
select is(tests.verification(), 'verified', 'the same name, and another telephone, change nothing');
select app_public.update_organization_settings(
  tests.id('theatre.organization'), payout_schedule => 'monthly'
);
select is(tests.verification(), 'verified', 'nor do terms');
select app_public.update_organization(tests.id('theatre.organization'), name => 'Grand Theatre');
select is(tests.verification(), 'unverified', 'another name ends it');
select tests.verify();
select app_public.update_organization_settings(tests.id('theatre.organization'), tax_id => 'ATU1');
select is(tests.verification(), 'unverified', 'a tax number does');
select tests.verify();
select app_public.update_organization_settings(tests.id('theatre.organization'), tax_id => 'ATU1');
select is(tests.verification(), 'verified', 'the same one does not');
select app_public.update_organization_settings(tests.id('theatre.organization'), tax_id => '');
select is(tests.verification(), 'unverified', 'none does');
select tests.verify();
select app_public.update_organization_settings(
  tests.id('theatre.organization'), registration_number => 'FN 1'
);
select is(tests.verification(), 'unverified', 'so does a registration');
select lives_ok(
  $$ select app_public.request_organization_verification(
    tests.id('theatre.organization'), '["extract.pdf"]'
  ) $$, 'it is asked for again'
);
select app_public.update_organization(tests.id('theatre.organization'), name => 'Small Theatre');
select is(tests.verification(), 'pending', 'and a decision is about what there is then');
