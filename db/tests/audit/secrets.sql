-- If this fails, a secret can be read in the audit log by whoever may read the audit log.
select plan(7);

select tests.create_theatre();
select tests.sell('sold', 'theatre', 1, 1, 2);
select tests.sign_in('ada');
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
);
select tests.as_owner();
update app_private.user_credentials set password_hash = '$argon2id$another'
where user_id = tests.user_id('ada');
insert into app_private.two_factor_secrets (user_id, encrypted_secret)
values (tests.user_id('ada'), 'the secret of her telephone');
update app_private.two_factor_secrets
set confirmed_at = now(), encrypted_secret = 'another secret of another telephone';
update app_private.signing_keys set key = sha256('another key of this house');
insert into app_private.payment_intent_secrets (organization_id, payment_intent_id, client_secret)
select organization_id, id, 'pi_123_secret_456' from app_public.payment_intents;
select app_private.issue_user_token(
  tests.user_id('ada'), 'verify_email', 'ada@example.com', tests.token('mailed')
);

-- Every value that app_private keeps and that is long enough to be told from others, except ids.
create temporary table secrets as select ''::text as place, ''::text as value with no data;
do $do$
declare
  v_column record;
begin
  for v_column in
    select a.attrelid::regclass as place, a.attname, a.atttypid
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    where c.relnamespace = 'app_private'::regnamespace
      and a.attnum > 0 and not a.attisdropped
      and (a.atttypid = 'bytea'::regtype or a.attname ~ 'secret|token|password|code|key$')
      and a.attname !~ '_no$|_at$|_id$'
      -- Hashes of the log itself.
      and c.relname !~ '^(audit_|closed_months)'
  loop
    execute format(
      'insert into secrets
      select %L, case when %L = ''bytea'' then encode(t.%3$I::text::bytea, ''hex'') else t.%3$I::text end
      from %4$s as t where t.%3$I is not null',
      v_column.place || '.' || v_column.attname, 'text', v_column.attname, v_column.place
    );
  end loop;
  -- Text of bytea is \x and hexadecimal digits; in JSON its backslash is doubled.
  update secrets set value = regexp_replace(value, '^\\x', '');
  delete from secrets where length(value) < 8;
  insert into secrets
  select 'a token itself', token from tests.people
  union all select 'a mailed token', tests.token('mailed')
  union all select 'a cart', tests.token('cart 1')
  union all select 'a cart, hashed', encode(sha256(convert_to(tests.token('cart 1'), 'UTF8')), 'hex');
end
$do$;
create function tests.told() returns table (place text, action text, entity_type text)
language sql volatile as $$
  select s.place, l.action, l.entity_type
  from app_public.audit_log as l
  join secrets as s on strpos(l::text, s.value) > 0
$$;

select cmp_ok(
  (select count(distinct place) from secrets)::integer, '>=', 10, 'there are many secrets'
);
select is_empty('select * from tests.told()', 'none of them is in the audit log');
select results_eq(
  $$ select action, old_values ->> 'password_hash', new_values ->> 'password_hash'
    from app_public.audit_log
    where entity_type = 'user_credentials' and entity_id = tests.user_id('ada') order by id $$,
  $$ values ('insert', null, '***'), ('update', '***', '***') $$,
  'that a password was set and changed is told, and not which'
);
select is(
  (select count(*) from app_public.audit_log where entity_type = 'two_factor_secrets'), 2::bigint,
  'so is that there is a second factor'
);

-- Failures are counted, and are no change of the account.
update app_private.user_credentials set failed_login_attempts = failed_login_attempts + 1;
select is(
  (select count(*) from app_public.audit_log
    where entity_type = 'user_credentials' and action = 'update'), 1::bigint,
  'a failed sign-in is no change'
);

-- The control: the same triggers without the names of the secret columns.
create or replace trigger _500_audit
  after insert or delete or update of password_hash, password_changed_at
  on app_private.user_credentials
  for each row execute function app_hidden.tg__audit();
update app_private.user_credentials set password_hash = '$argon2id$third'
where user_id = tests.user_id('ada');
insert into secrets values ('planted', '$argon2id$third');
select isnt_empty('select * from tests.told()', 'control: a secret in the log is seen');
select is(
  app_hidden.mask_fields('{"a": null, "b": 1, "c": [2]}', '{a,c}'),
  '{"a": null, "b": 1, "c": "***"}'::jsonb, 'whether there is a secret is told'
);
