-- If this fails, an operator whose key of the tickets' codes has leaked cannot replace it as
-- docs/security.md says.
select plan(4);

select tests.create_theatre();
select tests.sell('sold', 'theatre', 1, 1, 2);
select tests.as_owner();
select set_config('tests.leaked', tests.credential(tests.id('sold'), 1), true);

update app_private.signing_keys set key = public.gen_random_bytes(32)
where name = 'ticket_credential';
update app_private.ticket_credentials
set credential_hash
  = app_hidden.hash_token(app_private.ticket_credential_of(ticket_id, version));

select isnt(
  tests.credential(tests.id('sold'), 1), current_setting('tests.leaked'), 'there is a new code'
);
select set_config('tests.new', tests.credential(tests.id('sold'), 1), true);
select tests.sign_in('theatre staff');
select isnt(
  (app_public.scan_ticket(
    tests.id('theatre.performance'), current_setting('tests.leaked')
  )).result::text, 'success', 'the old one does not let anybody in'
);
select is(
  (app_public.scan_ticket(
    tests.id('theatre.performance'), current_setting('tests.new')
  )).result::text, 'success', 'the new one does'
);
select tests.as_owner();
select is(
  (select new_values from app_public.audit_log
    where entity_type = 'signing_keys' and action = 'update'),
  '{"key": "***"}', 'and the change is in the audit log'
);
