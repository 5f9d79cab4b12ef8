-- One browser may be that of a citizen and of somebody who works here: an address is one browser on each side.
ALTER TABLE push_subscription DROP CONSTRAINT push_subscription_endpoint_key;
ALTER TABLE push_subscription ADD CONSTRAINT push_subscription_browser UNIQUE (endpoint, side);
