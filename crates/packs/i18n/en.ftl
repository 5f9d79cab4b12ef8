packs-title = Packs
packs-lead = A field is data, not code. What this place changed is kept when a pack is upgraded.
packs-none = No pack is applied yet. Run “toancanh packs apply”.
packs-count = { $n ->
    [one] { $n } pack
   *[other] { $n } packs
}
packs-indicators = { $n ->
    [one] { $n } indicator
   *[other] { $n } indicators
}
packs-boards = { $n ->
    [one] { $n } board
   *[other] { $n } boards
}
packs-changes = { $n ->
    [one] { $n } local change
   *[other] { $n } local changes
}
packs-conflicts = { $n } to look at
packs-applied = applied { $date }
packs-unverified = not verified
packs-changes-title = Local changes
packs-changes-lead = They lie on top of what is shipped; an upgrade never overwrites them.
packs-changes-none = Nothing is changed: every value is as shipped.
packs-value = Value
packs-shipped = Shipped
packs-shipped-is = Shipped: { $value }
packs-local = Local value
packs-taken-away = (taken away)
packs-standing = Standing
packs-standing-in-force = in force
packs-standing-base-changed = in force; what is shipped has changed
packs-standing-same = same as shipped
packs-standing-lost = has nowhere to stand
packs-standing-refused = set aside: it makes the pack faulty
packs-since = Since
packs-work = Work
packs-edit = Edit
packs-remove = Remove
packs-remove-confirm = Remove the local value at { $pointer }? What is shipped holds again.
packs-remove-done = The local value is removed.
packs-set-title = Set a local value
packs-set = Set the value
packs-set-done = The local value is set and in force.
packs-look-up = Show what is there
packs-file = File
packs-pointer = Path to the value
packs-pointer-hint = By ids, for example indicators/on_time/target/value.
packs-value-hint = As in the file: 90, "text", or a group of keys in braces. Write null to take the value away.
packs-owners = Agency in charge
packs-owner = Agency
packs-from = From
packs-legal = Basis

action-packs-apply = Applied packs
action-packs-overlay-set = Set a value of our own
action-packs-overlay-remove = Removed a value of our own
audit-detail-closed = Closed
audit-detail-path = File of the pack
audit-detail-pointer = Place in the file
audit-detail-shipped = Shipped value
