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

packs-due-title = Deadlines
packs-due-lead = When a time limit runs out, by working hours, holidays and swapped days. The address says all that was asked, so it can be sent to others.
packs-due-date = From
packs-due-time = At
packs-due-amount = Time limit
packs-due-kind = Measure
packs-due-kind-hours = working hours
packs-due-kind-days = working days
packs-due-kind-minutes = working minutes
packs-due-calendar = Working calendar
packs-due-go = Reckon
packs-due-result = Runs out at
packs-due-said = { $length } from { $from }, by the calendar “{ $calendar }”.
packs-due-hours = { $n } h
packs-due-minutes = { $n } min
packs-due-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
packs-due-working-days = { $n ->
    [one] { $n } working day
   *[other] { $n } working days
}
packs-due-unknown-after = The deadline lies after { $date }: no holidays are entered from then on, so the true deadline may be later.
packs-due-unknown-before = The time limit begins before { $date }: no holidays are entered before that, so the true deadline may be later.
packs-due-unverified = The holidays and swapped days of this calendar were not compared with the acts. Do so before you rely on them.
packs-due-too-long = The limit is longer than { $n } days, so the days are not listed.
packs-due-steps = How it is reckoned
packs-due-day = Day
packs-due-span = Working hours
packs-due-counted = Counted
packs-due-total = In all
packs-due-not-counted = Not counted
packs-due-first-day = Not counted: the day it begins
packs-due-why-weekend = Not counted: weekly day off
packs-due-why-holiday = Not counted
packs-due-why-outside_hours = Not counted: outside working hours
packs-due-days-rule = The day on which it begins is not counted; it runs out when the last day’s work ends.
packs-due-special = Holidays and swapped days within the limit
packs-due-special-none = None.
packs-due-what = Reason
packs-due-off = off
packs-due-known-until = Entered until { $date }.
packs-due-needs-none = This calendar has no holidays.

action-packs-apply = Applied packs
action-packs-overlay-set = Set a value of our own
action-packs-overlay-remove = Removed a value of our own
audit-detail-closed = Closed
audit-detail-path = File of the pack
audit-detail-pointer = Place in the file
audit-detail-shipped = Shipped value
