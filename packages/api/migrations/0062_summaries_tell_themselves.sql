-- What a row of a summary tells apart stands in it, so that answers look up no series (decision 0036). Rows of before do not have it:
-- they go, and roll-ups make them anew, the coarsest first; answers come from series meanwhile.
lock table usage_dirty in share row exclusive mode;
insert into usage_dirty (tenant_id, level, bucket)
select distinct tenant_id, 'quarter_summary', bucket from usage_quarter
union all
select distinct tenant_id, 'day_summary', bucket from usage_day
union all
select distinct tenant_id, 'month_summary', bucket from usage_month
on conflict do nothing;

-- A roll-up of the version before knows of no such columns: what it makes is left out, and owed again.
create function owe_untold_summary() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.usage_dirty (tenant_id, level, bucket) values (new.tenant_id, tg_argv[0], new.bucket)
  on conflict do nothing;
  return null;
end
$$;

do $$
declare
  level text;
  name text;
begin
  foreach level in array array['quarter', 'day', 'month'] loop
    name := format('usage_%s_summary', level);
    execute format('truncate %I', name);
    execute format('alter table %I
      add policy_name text, add report boolean not null, add role text not null, add service_name text, add template text,
      add method text, add status smallint, add dimensions jsonb, add consumer text', name);
    execute format('create trigger %I before insert on %I for each row when (new.role is null)
      execute function owe_untold_summary(%L)', name || '_untold', name, level || '_summary');
  end loop;
end
$$;
