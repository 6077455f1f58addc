-- An agent numbers its accounts: their order holds where its host's clock is set back, that of their times does not.
alter table agents add column account_serial bigint not null default 0;
alter table epochs add column account_serial bigint not null default 0;
comment on column epochs.account_serial is 'of the newest account; 0: of an agent that does not number them';
