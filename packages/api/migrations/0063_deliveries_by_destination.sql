-- Due deliveries are taken a few from each destination, so that none that hangs takes all.
create index deliveries_due_by_destination on deliveries (destination_id, next_attempt_at_us) where state = 'pending';
drop index deliveries_due;
