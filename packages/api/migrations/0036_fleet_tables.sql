-- What belongs to no tenant is not a tenant's to see: in its scope these tables are empty, whatever a query asks
-- (promise a-tenant-sees-a-tenant). Whoever works for the fleet says so (`app.scope`).
do $$
declare
  name text;
begin
  foreach name in array array['policy_counter', 'policies', 'policy_history', 'agents', 'batches', 'epochs', 'epoch_losses',
    'loss_minutes', 'lost_batches', 'ingest_counters'] loop
    execute format('alter table %I enable row level security', name);
    execute format($policy$create policy %I on %I to masthead_app
      using ((select current_setting('app.scope', true)) = 'fleet')
      with check ((select current_setting('app.scope', true)) = 'fleet')$policy$, name || '_fleet', name);
    execute format('create policy %I on %I to masthead_ingest using (true) with check (true)', name || '_write', name);
  end loop;
end
$$;
