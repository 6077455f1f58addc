-- The roles the product runs as. Roles belong to the whole cluster, so another database may have made them already.
-- They log in once a start has given them a password.
do $$
begin
  begin
    create role masthead_app nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls;
  exception when duplicate_object or unique_violation then null;
  end;
  begin
    create role masthead_ingest nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls;
  exception when duplicate_object or unique_violation then null;
  end;
end
$$;

-- Least grants: nothing comes by default, every table names who may do what.
revoke all on schema public from public;
grant usage on schema public to masthead_app, masthead_ingest;
alter default privileges revoke execute on functions from public;
