-- What the migrations make, for readers and reviews; a test compares it, and writes it anew with `vitest -u`. Not to be run.

table agents row level security
  agent_id text not null
  epoch bigint not null
  epoch_first_seen_us bigint not null
  sent_at_us bigint not null
  received_at_us bigint not null
  heartbeat json not null
  other_run_host text
  other_run_seen_us bigint
  account_serial bigint not null default 0
  constraint agents_agent_id_check CHECK ((agent_id ~ '^[A-Za-z0-9_-]{1,64}$'::text))
  constraint agents_pkey PRIMARY KEY (agent_id)
  policy agents_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy agents_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant insert, select, update to masthead_ingest

table api_keys row level security
  id text not null
  hash bytea not null
  name text not null
  role text not null
  created_at_us bigint not null
  revoked_at_us bigint
  owner_tenant text
  scopes text[]
  created_by text not null default 'system:host'::text
  expires_at_us bigint
  previous_hash bytea
  previous_until_us bigint
  last_used_day date
  constraint api_keys_hash_check CHECK ((octet_length(hash) = 32))
  constraint api_keys_id_check CHECK ((id ~ '^[0-9a-f]{16}$'::text))
  constraint api_keys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 128)))
  constraint api_keys_owner_tenant_check CHECK (((char_length(owner_tenant) >= 1) AND (char_length(owner_tenant) <= 128)))
  constraint api_keys_pkey PRIMARY KEY (id)
  constraint api_keys_previous_hash_check CHECK ((octet_length(previous_hash) = 32))
  constraint api_keys_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'editor'::text, 'viewer'::text, 'tenant'::text])))
  constraint api_keys_tenant CHECK (((role = 'tenant'::text) = (owner_tenant IS NOT NULL)))
  CREATE INDEX api_keys_by_time ON public.api_keys USING btree (created_at_us, id)
  policy api_keys_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  grant insert (id, hash, name, role, created_at_us, owner_tenant, scopes, created_by, expires_at_us) to masthead_app
  grant select (id, name, role, created_at_us, revoked_at_us, owner_tenant, scopes, created_by, expires_at_us, previous_until_us, last_used_day) to masthead_app
  grant update (hash, revoked_at_us, previous_until_us) to masthead_app

table audit_head row level security
  singleton boolean not null default true
  seq bigint not null
  hash bytea not null
  constraint audit_head_pkey PRIMARY KEY (singleton)
  constraint audit_head_singleton_check CHECK (singleton)
  policy audit_head_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  grant select to masthead_app
  grant update (seq, hash) to masthead_app

table audit_log row level security
  seq bigint not null
  at_us bigint not null
  actor_id text not null
  actor_name text not null
  action text not null
  subject text not null
  detail json not null
  previous_hash bytea not null
  hash bytea not null
  constraint audit_log_action_check CHECK (((char_length(action) >= 1) AND (char_length(action) <= 64)))
  constraint audit_log_actor_id_check CHECK (((char_length(actor_id) >= 1) AND (char_length(actor_id) <= 128)))
  constraint audit_log_actor_name_check CHECK ((char_length(actor_name) <= 128))
  constraint audit_log_hash_check CHECK ((octet_length(hash) = 32))
  constraint audit_log_pkey PRIMARY KEY (seq)
  constraint audit_log_previous_hash_check CHECK ((octet_length(previous_hash) = 32))
  constraint audit_log_seq_check CHECK ((seq > 0))
  constraint audit_log_subject_check CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 512)))
  policy audit_log_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  grant insert, select to masthead_app

table batches row level security
  agent_id text not null
  epoch bigint not null
  seq bigint not null
  id bigint not null generated always as identity
  payload_hash bytea not null
  outcome text not null
  created_at timestamp with time zone
  complete_until timestamp with time zone
  received_at timestamp with time zone not null default now()
  stored bigint not null default 0
  counted_only bigint not null default 0
  set_aside bigint not null default 0
  usage_requests bigint not null default 0
  constraint batches_outcome_check CHECK ((outcome = ANY (ARRAY['committed'::text, 'refused'::text, 'lost'::text])))
  constraint batches_pkey PRIMARY KEY (agent_id, epoch, seq)
  CREATE INDEX batches_refused ON public.batches USING btree (agent_id, epoch, seq) WHERE (outcome = 'refused'::text)
  policy batches_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy batches_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table deliveries row level security
  tenant_id text not null
  id text not null
  destination_id text not null
  period text not null
  version integer not null
  form text not null
  state text not null
  attempts integer not null
  attempts_left integer not null
  next_attempt_at_us bigint not null
  created_at_us bigint not null
  settled_at_us bigint
  constraint deliveries_id_check CHECK ((id ~ '^dlv_[0-9a-f]{32}$'::text))
  constraint deliveries_pkey PRIMARY KEY (tenant_id, id)
  constraint deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text, 'cancelled'::text])))
  constraint deliveries_tenant_id_destination_id_period_version_form_key UNIQUE (tenant_id, destination_id, period, version, form)
  CREATE INDEX deliveries_by_time ON public.deliveries USING btree (created_at_us DESC, id DESC)
  CREATE INDEX deliveries_due_by_destination ON public.deliveries USING btree (destination_id, next_attempt_at_us) WHERE (state = 'pending'::text)
  CREATE UNIQUE INDEX deliveries_tenant_id_destination_id_period_version_form_key ON public.deliveries USING btree (tenant_id, destination_id, period, version, form)
  policy deliveries_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy deliveries_sending for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant insert, select, update to masthead_ingest
  grant update (state, attempts_left, next_attempt_at_us, settled_at_us) to masthead_app

table delivery_attempts row level security
  tenant_id text not null
  delivery_id text not null
  attempt integer not null
  started_at_us bigint not null
  duration_ms integer
  outcome text
  status integer
  error text
  constraint delivery_attempts_error_check CHECK ((char_length(error) <= 256))
  constraint delivery_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['delivered'::text, 'failed'::text])))
  constraint delivery_attempts_pkey PRIMARY KEY (tenant_id, delivery_id, attempt)
  policy delivery_attempts_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy delivery_attempts_sending for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant insert, select, update to masthead_ingest

table destinations row level security
  id text not null
  name text not null
  kind text not null
  only_tenant text
  forms text[] not null
  periods text[] not null
  statuses text[] not null
  enabled boolean not null
  settings json not null
  secrets bytea
  revision integer not null
  created_at_us bigint not null
  changed_at_us bigint not null
  deleted_at_us bigint
  constraint destinations_forms_check CHECK (((cardinality(forms) >= 1) AND (cardinality(forms) <= 8)))
  constraint destinations_id_check CHECK ((id ~ '^dst_[0-9a-f]{16}$'::text))
  constraint destinations_kind_check CHECK ((kind = ANY (ARRAY['webhook'::text, 'bucket'::text, 'folder'::text])))
  constraint destinations_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 128)))
  constraint destinations_only_tenant_check CHECK (((char_length(only_tenant) >= 1) AND (char_length(only_tenant) <= 128)))
  constraint destinations_periods_check CHECK ((periods <@ ARRAY['day'::text, 'month'::text]))
  constraint destinations_pkey PRIMARY KEY (id)
  constraint destinations_statuses_check CHECK ((statuses <@ ARRAY['sealed'::text, 'restated'::text]))
  policy destinations_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy destinations_sending for select to masthead_ingest using (true)
  grant insert, select, update to masthead_app
  grant select to masthead_ingest

table epoch_losses row level security
  agent_id text not null
  epoch bigint not null
  stage text not null
  reason text not null
  lost bigint not null
  constraint epoch_losses_pkey PRIMARY KEY (agent_id, epoch, stage, reason)
  policy epoch_losses_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy epoch_losses_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table epochs row level security
  agent_id text not null
  epoch bigint not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  reported_at timestamp with time zone
  captured bigint not null default 0
  batched bigint not null default 0
  pending bigint not null default 0
  stored bigint not null default 0
  counted_only bigint not null default 0
  set_aside bigint not null default 0
  contiguous_through bigint not null default 0
  last_seq bigint not null default 0
  complete_until timestamp with time zone
  final boolean not null default false
  reported_seq bigint not null default 0
  capturing_since timestamp with time zone
  account_serial bigint not null default 0
  constraint epochs_pkey PRIMARY KEY (agent_id, epoch)
  policy epochs_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy epochs_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table exchanges partition by RANGE (ended_at) row level security
  tenant_id text not null
  ended_at timestamp with time zone not null
  id bigint not null
  duration_us bigint not null
  ttfb_us bigint
  role text not null
  agent_id text not null
  host_name text not null
  service_name text not null
  method text not null
  path text not null
  template text not null
  status smallint
  request_bytes bigint not null
  response_bytes bigint not null
  request_headers jsonb
  response_headers jsonb
  detail json not null
  consumer text
  constraint exchanges_pkey PRIMARY KEY (tenant_id, ended_at, id)
  CREATE INDEX exchanges_newest ON ONLY public.exchanges USING btree (ended_at DESC, id DESC)
  policy exchanges_move_read for select to masthead_ingest using (true)
  policy exchanges_move_take for delete to masthead_ingest using (true)
  policy exchanges_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy exchanges_write for insert to masthead_ingest with check (true)
  grant select to masthead_app
  grant delete, insert, select to masthead_ingest

table ingest_counters row level security
  name text not null
  reason text not null
  count bigint not null
  constraint ingest_counters_pkey PRIMARY KEY (name, reason)
  policy ingest_counters_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy ingest_counters_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table key_requests row level security
  key_id text not null
  window_number bigint not null
  requests integer not null
  constraint key_requests_pkey PRIMARY KEY (key_id)

table loss_minutes row level security
  agent_id text not null
  epoch bigint not null
  stage text not null
  reason text not null
  minute timestamp with time zone not null
  lost bigint not null
  constraint loss_minutes_pkey PRIMARY KEY (agent_id, epoch, stage, reason, minute)
  CREATE INDEX loss_minutes_by_time ON public.loss_minutes USING btree (minute)
  policy loss_minutes_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy loss_minutes_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table lost_batches row level security
  agent_id text not null
  epoch bigint not null
  seq bigint not null
  exchanges bigint not null
  stage text not null
  reason text not null
  reported_by bigint not null
  reported_at timestamp with time zone not null
  constraint lost_batches_pkey PRIMARY KEY (agent_id, epoch, seq)
  policy lost_batches_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy lost_batches_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table owed_reports row level security
  tenant_id text not null
  period text not null
  constraint owed_reports_pkey PRIMARY KEY (tenant_id, period)
  CREATE INDEX owed_reports_by_period ON public.owed_reports USING btree (period, tenant_id)
  policy owed_reports_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy owed_reports_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table partitioned_tables
  name text not null
  span text not null default 'day'::text
  constraint partitioned_tables_pkey PRIMARY KEY (name)
  constraint partitioned_tables_span_check CHECK ((span = ANY (ARRAY['day'::text, 'month'::text])))

table policies row level security
  name text not null
  revision bigint not null
  document json
  created_at_us bigint not null
  changed_at_us bigint not null
  changed_by text not null
  constraint policies_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 128)))
  constraint policies_pkey PRIMARY KEY (name)
  constraint policies_revision_key UNIQUE (revision)
  CREATE UNIQUE INDEX policies_revision_key ON public.policies USING btree (revision)
  policy policies_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy policies_write for all to masthead_ingest using (true) with check (true)
  grant insert, select, update to masthead_app
  grant select to masthead_ingest

table policy_counter row level security
  singleton boolean not null default true
  revision bigint not null
  constraint policy_counter_pkey PRIMARY KEY (singleton)
  constraint policy_counter_revision_check CHECK ((revision >= 0))
  constraint policy_counter_singleton_check CHECK (singleton)
  policy policy_counter_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy policy_counter_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant select to masthead_ingest
  grant update (revision) to masthead_app

table policy_history row level security
  revision bigint not null
  name text not null
  document json
  changed_at_us bigint not null
  changed_by text not null
  constraint policy_history_pkey PRIMARY KEY (revision)
  policy policy_history_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy policy_history_write for all to masthead_ingest using (true) with check (true)
  grant insert, select to masthead_app
  grant select to masthead_ingest

table report_links row level security
  tenant_id text not null
  generation integer not null
  changed_at_us bigint not null
  constraint report_links_pkey PRIMARY KEY (tenant_id)
  policy report_links_own for all to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  grant insert, select, update to masthead_app

table schema_migrations
  name text not null
  checksum text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_migrations_pkey PRIMARY KEY (name)

table sealed_reports row level security
  tenant_id text not null
  period text not null
  version integer not null
  document bytea not null
  sha256 bytea not null
  sealed_at_us bigint not null
  constraint sealed_reports_check CHECK ((sha256 = sha256(document)))
  constraint sealed_reports_period_check CHECK ((period ~ '^\d{4}-\d{2}(-\d{2})?$'::text))
  constraint sealed_reports_pkey PRIMARY KEY (tenant_id, period, version)
  constraint sealed_reports_version_check CHECK ((version >= 1))
  policy sealed_reports_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy sealed_reports_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant insert, select to masthead_ingest

table set_aside row level security
  id bigint not null generated always as identity
  kind text not null
  reason text not null
  detail text not null
  agent_id text not null
  epoch bigint
  seq bigint
  position integer
  exchanges bigint not null
  received_at timestamp with time zone not null default now()
  payload bytea not null
  payload_bytes bigint not null
  constraint set_aside_kind_check CHECK ((kind = ANY (ARRAY['exchange'::text, 'usage'::text, 'batch'::text, 'message'::text, 'heartbeat'::text])))
  constraint set_aside_pkey PRIMARY KEY (id)
  CREATE INDEX set_aside_by_time ON public.set_aside USING btree (received_at DESC, id DESC)
  policy set_aside_read for select to masthead_app using ((( SELECT NULLIF(current_setting('app.scope'::text, true), ''::text) AS "nullif") = 'fleet'::text))
  policy set_aside_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table suspensions row level security
  agent_id text not null
  epoch bigint not null
  executable text not null
  since timestamp with time zone not null
  until timestamp with time zone
  reason text not null
  constraint suspensions_pkey PRIMARY KEY (agent_id, epoch, executable, since)
  policy suspensions_fleet for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy suspensions_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table tenant_attributions row level security
  tenant_id text not null
  day date not null
  fingerprint text not null
  how text not null
  requests bigint not null
  constraint tenant_attributions_how_check CHECK ((how = ANY (ARRAY['ingest'::text, 'move'::text])))
  constraint tenant_attributions_pkey PRIMARY KEY (tenant_id, day, fingerprint, how)
  policy tenant_attributions_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy tenant_attributions_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table tenant_fingerprints row level security
  tenant_id text not null
  fingerprint text not null
  registered_at_us bigint not null
  constraint tenant_fingerprints_fingerprint_check CHECK ((fingerprint ~ '^fp:[0-9a-f]{8}:[0-9a-f]{32}$'::text))
  constraint tenant_fingerprints_pkey PRIMARY KEY (tenant_id, fingerprint)
  CREATE INDEX tenant_fingerprints_by_fingerprint ON public.tenant_fingerprints USING btree (fingerprint)
  policy tenant_fingerprints_booking for select to masthead_ingest using (true)
  policy tenant_fingerprints_change for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy tenant_fingerprints_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  grant delete, insert, select, update to masthead_app
  grant select to masthead_ingest

table tenant_moves row level security
  tenant_id text not null
  fingerprint text not null
  started_at_us bigint not null
  finished_at_us bigint
  newest_day date
  next_day date
  oldest_day date
  requests bigint not null default 0
  exchanges bigint not null default 0
  constraint tenant_moves_pkey PRIMARY KEY (tenant_id, fingerprint)
  CREATE INDEX tenant_moves_under_way ON public.tenant_moves USING btree (next_day) WHERE (finished_at_us IS NULL)
  policy tenant_moves_change for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy tenant_moves_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy tenant_moves_write for all to masthead_ingest using (true) with check (true)
  grant delete, insert, select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table tenants row level security
  tenant_id text not null
  name text
  labels jsonb not null
  revision bigint not null
  created_at_us bigint not null
  changed_at_us bigint not null
  changed_by text not null
  constraint tenants_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 256)))
  constraint tenants_pkey PRIMARY KEY (tenant_id)
  constraint tenants_tenant_id_check CHECK (((char_length(tenant_id) >= 1) AND (char_length(tenant_id) <= 128)))
  policy tenants_booking for select to masthead_ingest using (true)
  policy tenants_change for all to masthead_app using ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text)) with check ((( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text))
  policy tenants_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  grant delete, insert, select, update to masthead_app
  grant select to masthead_ingest

table usage_changes row level security
  tenant_id text not null
  day date not null
  day_due boolean not null
  month_due boolean not null
  constraint usage_changes_pkey PRIMARY KEY (tenant_id, day)
  CREATE INDEX usage_changes_day_due ON public.usage_changes USING btree (day, tenant_id) WHERE day_due
  CREATE INDEX usage_changes_month_due ON public.usage_changes USING btree (day, tenant_id) WHERE month_due
  policy usage_changes_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_changes_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_day row level security
  tenant_id text not null
  bucket timestamp with time zone not null
  series_id uuid not null
  requests bigint not null
  errors bigint not null
  request_bytes bigint not null
  response_bytes bigint not null
  measures jsonb
  latency_buckets integer[] not null
  latency_counts bigint[] not null
  consumers integer[]
  constraint usage_day_pkey PRIMARY KEY (tenant_id, bucket, series_id)
  CREATE INDEX usage_day_by_time ON public.usage_day USING btree (bucket)
  policy usage_day_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_day_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_day_summary row level security
  grain text not null
  tenant_id text not null
  bucket timestamp with time zone not null
  series_id uuid not null
  requests bigint not null
  errors bigint not null
  request_bytes bigint not null
  response_bytes bigint not null
  measures jsonb
  latency_buckets integer[] not null
  latency_counts bigint[] not null
  consumers integer[]
  policy_name text
  report boolean not null
  role text not null
  service_name text
  template text
  method text
  status smallint
  dimensions jsonb
  consumer text
  constraint usage_day_summary_pkey PRIMARY KEY (tenant_id, grain, bucket, series_id)
  CREATE INDEX usage_day_summary_by_time ON public.usage_day_summary USING btree (grain, bucket)
  policy usage_day_summary_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_day_summary_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_dimension_names row level security
  tenant_id text not null
  name text not null
  constraint usage_dimension_names_pkey PRIMARY KEY (tenant_id, name)
  policy usage_dimension_names_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_dimension_names_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_dirty row level security
  tenant_id text not null
  level text not null
  bucket timestamp with time zone not null
  constraint usage_dirty_level_check CHECK ((level = ANY (ARRAY['quarter'::text, 'quarter_summary'::text, 'day'::text, 'day_summary'::text, 'month'::text, 'month_summary'::text])))
  constraint usage_dirty_pkey PRIMARY KEY (tenant_id, level, bucket)
  CREATE INDEX usage_dirty_by_time ON public.usage_dirty USING btree (level, bucket)
  policy usage_dirty_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_dirty_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_horizon
  singleton boolean not null default true
  minutes_from date not null
  quarters_from date not null default '1970-01-01'::date
  days_from date not null default '1970-01-01'::date
  months_from date not null default '1970-01-01'::date
  constraint usage_horizon_pkey PRIMARY KEY (singleton)
  constraint usage_horizon_singleton_check CHECK (singleton)
  grant select to masthead_app
  grant select, update to masthead_ingest

table usage_minute partition by RANGE (bucket) row level security
  tenant_id text not null
  bucket timestamp with time zone not null
  series_id uuid not null
  requests bigint not null
  errors bigint not null
  request_bytes bigint not null
  response_bytes bigint not null
  measures jsonb
  latency_buckets integer[] not null
  latency_counts bigint[] not null
  consumers integer[]
  constraint usage_minute_pkey PRIMARY KEY (tenant_id, bucket, series_id)
  CREATE INDEX usage_minute_by_time ON ONLY public.usage_minute USING btree (bucket)
  policy usage_minute_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_minute_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_month row level security
  tenant_id text not null
  bucket timestamp with time zone not null
  series_id uuid not null
  requests bigint not null
  errors bigint not null
  request_bytes bigint not null
  response_bytes bigint not null
  measures jsonb
  latency_buckets integer[] not null
  latency_counts bigint[] not null
  consumers integer[]
  constraint usage_month_pkey PRIMARY KEY (tenant_id, bucket, series_id)
  CREATE INDEX usage_month_by_time ON public.usage_month USING btree (bucket)
  policy usage_month_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_month_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_month_summary row level security
  grain text not null
  tenant_id text not null
  bucket timestamp with time zone not null
  series_id uuid not null
  requests bigint not null
  errors bigint not null
  request_bytes bigint not null
  response_bytes bigint not null
  measures jsonb
  latency_buckets integer[] not null
  latency_counts bigint[] not null
  consumers integer[]
  policy_name text
  report boolean not null
  role text not null
  service_name text
  template text
  method text
  status smallint
  dimensions jsonb
  consumer text
  constraint usage_month_summary_pkey PRIMARY KEY (tenant_id, grain, bucket, series_id)
  CREATE INDEX usage_month_summary_by_time ON public.usage_month_summary USING btree (grain, bucket)
  policy usage_month_summary_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_month_summary_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_quarter partition by RANGE (bucket) row level security
  tenant_id text not null
  bucket timestamp with time zone not null
  series_id uuid not null
  requests bigint not null
  errors bigint not null
  request_bytes bigint not null
  response_bytes bigint not null
  measures jsonb
  latency_buckets integer[] not null
  latency_counts bigint[] not null
  consumers integer[]
  constraint usage_quarter_pkey PRIMARY KEY (tenant_id, bucket, series_id)
  CREATE INDEX usage_quarter_by_time ON ONLY public.usage_quarter USING btree (bucket)
  policy usage_quarter_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_quarter_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_quarter_summary partition by RANGE (bucket) row level security
  grain text not null
  tenant_id text not null
  bucket timestamp with time zone not null
  series_id uuid not null
  requests bigint not null
  errors bigint not null
  request_bytes bigint not null
  response_bytes bigint not null
  measures jsonb
  latency_buckets integer[] not null
  latency_counts bigint[] not null
  consumers integer[]
  policy_name text
  report boolean not null
  role text not null
  service_name text
  template text
  method text
  status smallint
  dimensions jsonb
  consumer text
  constraint usage_quarter_summary_pkey PRIMARY KEY (tenant_id, grain, bucket, series_id)
  CREATE INDEX usage_quarter_summary_by_time ON ONLY public.usage_quarter_summary USING btree (grain, bucket)
  policy usage_quarter_summary_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_quarter_summary_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_series row level security
  tenant_id text not null
  series_id uuid not null
  policy_name text not null
  report boolean not null
  role text not null
  service_name text not null
  host_name text not null
  agent_id text not null
  template text not null
  method text not null
  status smallint
  dimensions jsonb
  consumer text
  constraint usage_series_pkey PRIMARY KEY (tenant_id, series_id)
  CREATE INDEX usage_series_of_consumer ON public.usage_series USING btree (tenant_id, consumer) WHERE (consumer IS NOT NULL)
  CREATE INDEX usage_series_other ON public.usage_series USING btree (tenant_id) WHERE ((template = '__other__'::text) OR (consumer = '__other__'::text))
  policy usage_series_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_series_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

table usage_windows partition by RANGE (bucket) row level security
  tenant_id text not null
  bucket timestamp with time zone not null
  series integer not null
  constraint usage_windows_pkey PRIMARY KEY (tenant_id, bucket)
  policy usage_windows_read for select to masthead_app using (
CASE
    WHEN (( SELECT current_setting('app.scope'::text, true) AS current_setting) = 'fleet'::text) THEN true
    ELSE (tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif"))
END)
  policy usage_windows_write for all to masthead_ingest using (true) with check (true)
  grant select to masthead_app
  grant delete, insert, select, update to masthead_ingest

view ledger (security_invoker=true)
 SELECT e.agent_id,
    e.epoch,
    e.reported_at,
    e.captured + GREATEST(later.unreported - e.pending, 0::bigint) AS captured,
    l.lost + later.reported + later.unreported AS lost,
    e.stored + e.counted_only + e.set_aside AS committed,
    e.stored,
    e.counted_only,
    e.set_aside,
    GREATEST(e.pending - later.unreported, 0::bigint) + e.batched - later.reported - (e.stored + e.counted_only + e.set_aside) AS pending,
    e.captured - l.lost - e.batched - e.pending AS imbalance,
    e.final,
    NOT e.final AND n.epoch IS NOT NULL AS ended_without_report,
        CASE
            WHEN NOT e.final AND n.epoch IS NOT NULL THEN COALESCE(e.complete_until, e.first_seen_at)
            ELSE NULL::timestamp with time zone
        END AS unknown_from,
        CASE
            WHEN NOT e.final AND n.epoch IS NOT NULL THEN GREATEST(to_timestamp((n.epoch::numeric / 1000.0)::double precision), n.capturing_since, e.complete_until,
            CASE
                WHEN e.complete_until IS NULL THEN e.first_seen_at
                ELSE NULL::timestamp with time zone
            END)
            ELSE NULL::timestamp with time zone
        END AS unknown_until,
    e.batched - later.reported - (e.stored + e.counted_only + e.set_aside) AS undelivered
   FROM epochs e
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(epoch_losses.lost), 0::numeric)::bigint AS lost
           FROM epoch_losses
          WHERE epoch_losses.agent_id = e.agent_id AND epoch_losses.epoch = e.epoch) l
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(lost_batches.exchanges) FILTER (WHERE lost_batches.seq <= e.reported_seq), 0::numeric)::bigint AS reported,
            COALESCE(sum(lost_batches.exchanges) FILTER (WHERE lost_batches.seq > e.reported_seq), 0::numeric)::bigint AS unreported
           FROM lost_batches
          WHERE lost_batches.agent_id = e.agent_id AND lost_batches.epoch = e.epoch AND lost_batches.reported_by > e.epoch) later
     LEFT JOIN LATERAL ( SELECT min(n_1.epoch) AS epoch,
            min(n_1.capturing_since) AS capturing_since
           FROM epochs n_1
          WHERE n_1.agent_id = e.agent_id AND n_1.epoch > e.epoch) n ON true;
  grant select to masthead_app
  grant select to masthead_ingest

view ledger_losses (security_invoker=true)
 SELECT known.agent_id,
    known.epoch,
    known.stage,
    known.reason,
    sum(known.lost)::bigint AS lost,
    NULL::timestamp with time zone AS lost_from,
    NULL::timestamp with time zone AS lost_until
   FROM ( SELECT epoch_losses.agent_id,
            epoch_losses.epoch,
            epoch_losses.stage,
            epoch_losses.reason,
            epoch_losses.lost
           FROM epoch_losses
        UNION ALL
         SELECT lost_batches.agent_id,
            lost_batches.epoch,
            lost_batches.stage,
            lost_batches.reason,
            lost_batches.exchanges
           FROM lost_batches
          WHERE lost_batches.reported_by > lost_batches.epoch) known
  GROUP BY known.agent_id, known.epoch, known.stage, known.reason
 HAVING sum(known.lost) > 0::numeric
UNION ALL
 SELECT ledger.agent_id,
    ledger.epoch,
    'agent'::text AS stage,
    'epoch_ended'::text AS reason,
    NULL::bigint AS lost,
    ledger.unknown_from AS lost_from,
    ledger.unknown_until AS lost_until
   FROM ledger
  WHERE ledger.ended_without_report;
  grant select to masthead_app
  grant select to masthead_ingest

view loss_times (security_invoker=true)
 SELECT loss_minutes.agent_id,
    loss_minutes.epoch,
    loss_minutes.stage,
    loss_minutes.reason,
    loss_minutes.minute,
    loss_minutes.lost
   FROM loss_minutes
UNION ALL
 SELECT lost_batches.agent_id,
    lost_batches.epoch,
    lost_batches.stage,
    lost_batches.reason,
    date_trunc('minute'::text, lost_batches.reported_at) AS minute,
    lost_batches.exchanges AS lost
   FROM lost_batches
  WHERE lost_batches.reported_by > lost_batches.epoch;
  grant select to masthead_app
  grant select to masthead_ingest

CREATE OR REPLACE FUNCTION public.authenticate_key(key_id text, key_hash bytea, at_us bigint, window_us bigint)
 RETURNS TABLE(name text, role text, tenant text, scopes text[], requests integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  held public.api_keys;
  this_window bigint := at_us / window_us;
  today date := (to_timestamp(at_us / 1000000) at time zone 'UTC')::date;
  counted int;
begin
  select * into held from public.api_keys k
  where k.id = key_id and k.revoked_at_us is null and (k.expires_at_us is null or k.expires_at_us > at_us)
    and (k.hash = key_hash or (k.previous_hash = key_hash and k.previous_until_us > at_us));
  if not found then
    return;
  end if;
  insert into public.key_requests as r (key_id, window_number, requests) values (key_id, this_window, 1)
  on conflict on constraint key_requests_pkey do update set
    requests = case when r.window_number = excluded.window_number then r.requests + 1 else 1 end,
    window_number = excluded.window_number
  returning r.requests into counted;
  if held.last_used_day is distinct from today then
    update public.api_keys k set last_used_day = today
    where k.id = held.id and k.last_used_day is distinct from today;
  end if;
  return query select held.name, held.role, held.owner_tenant, held.scopes, counted;
end
$function$

grant execute to masthead_app

CREATE OR REPLACE FUNCTION public.drop_partitions(parent text, before date)
 RETURNS SETOF date
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  span text;
  child record;
begin
  select t.span into span from public.partitioned_tables t where t.name = parent;
  if not found then
    raise exception 'not a partitioned table: %', parent using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('masthead partitions', 0));
  for child in
    select c.relname as name, to_date(right(c.relname, 8), 'YYYYMMDD') as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ('public.' || quote_ident(parent))::regclass
  loop
    if child.day + ('1 ' || span)::interval <= before then
      execute format('drop table public.%I', child.name);
      return next child.day;
    end if;
  end loop;
end
$function$

grant execute to masthead_ingest

CREATE OR REPLACE FUNCTION public.ensure_partition(parent text, day date)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  span text;
  first date;
  past date;
  partition text;
begin
  select t.span into span from public.partitioned_tables t where t.name = parent;
  if not found then
    raise exception 'not a partitioned table: %', parent using errcode = 'invalid_parameter_value';
  end if;
  first := date_trunc(span, day::timestamp)::date;
  past := (first + ('1 ' || span)::interval)::date;
  partition := parent || '_' || to_char(first, 'YYYYMMDD');
  if to_regclass('public.' || quote_ident(partition)) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('masthead partitions', 0));
  -- By a query and not by to_regclass: names are cached, and waiting for this lock does not refresh the cache.
  if exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = partition) then
    return false;
  end if;
  -- Made apart and then attached: that lock lets inserts into the parent go on.
  execute format('create table public.%I (like public.%I including defaults including constraints)', partition, parent);
  execute format('alter table public.%I enable row level security', partition);
  execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, partition,
    first::timestamp at time zone 'UTC', past::timestamp at time zone 'UTC');
  return true;
end
$function$

grant execute to masthead_ingest

CREATE OR REPLACE FUNCTION public.keep_previous_hash()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  new.previous_hash := old.hash;
  return new;
end
$function$


CREATE OR REPLACE FUNCTION public.merge_consumers(a integer[], b integer[])
 RETURNS integer[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when a is null then b when b is null then a else (
    select array_agg(entry order by entry) from (
      select max(entry) as entry
      from (select * from unnest(a) union all select * from unnest(b)) both_of (entry)
      group by entry >> 6) merged) end
$function$

grant execute to masthead_app
grant execute to masthead_ingest

CREATE OR REPLACE FUNCTION public.merge_latency(buckets_a integer[], counts_a bigint[], buckets_b integer[], counts_b bigint[], OUT buckets integer[], OUT counts bigint[])
 RETURNS record
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select coalesce(array_agg(bucket order by bucket), '{}'), coalesce(array_agg(n order by bucket), '{}')
  from (
    select bucket, sum(n)::bigint as n
    from (select * from unnest(buckets_a, counts_a) union all select * from unnest(buckets_b, counts_b)) both_of (bucket, n)
    group by bucket) merged
$function$

grant execute to masthead_ingest

CREATE OR REPLACE FUNCTION public.merge_measures(a jsonb, b jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when a is null then b when b is null then a else (
    select jsonb_object_agg(name, value) from (
      select name, sum(value::numeric) as value
      from (select * from jsonb_each_text(a) union all select * from jsonb_each_text(b)) both_of (name, value)
      group by name) merged) end
$function$

grant execute to masthead_ingest

CREATE OR REPLACE FUNCTION public.owe_summaries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.usage_dirty (tenant_id, level, bucket)
  select tenant_id, level || '_summary', bucket from gone where level in ('quarter', 'day', 'month')
  order by tenant_id collate "C", level, bucket
  on conflict do nothing;
  return null;
end
$function$


CREATE OR REPLACE FUNCTION public.owe_untold_summary()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.usage_dirty (tenant_id, level, bucket) values (new.tenant_id, tg_argv[0], new.bucket)
  on conflict do nothing;
  return null;
end
$function$


CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$function$


CREATE OR REPLACE FUNCTION public.refuse_report_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'a sealed report never changes' using errcode = 'restrict_violation';
end
$function$

