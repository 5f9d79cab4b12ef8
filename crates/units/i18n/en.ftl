units-agencies = Agencies
units-agencies-count = { $n ->
    [one] { $n } agency
   *[other] { $n } agencies
}
units-agencies-none = No agencies yet. Make them from the template of Decree 150/2025, or load a CSV file below.
units-agencies-find = Name or code
units-agencies-look = Find
units-agencies-level = Level
units-agencies-all = Every level
units-department = Provincial department
units-office = Commune office
units-agencies-name = Name
units-agencies-place = Place
units-agencies-from = From
units-agencies-to = Last day
units-agencies-basis = Basis
units-agencies-unverified = not verified
units-agencies-pages = Pages of the list
units-agencies-before = Previous
units-agencies-after = Next
units-agencies-export = Download CSV
units-agencies-make = Make or change the list
units-agencies-template = Make from Decree 150/2025
units-agencies-template-lead = The departments of the province and the offices of each commune, ward and special zone. What was not checked against the text says so.
units-agencies-file = CSV file, UTF-8
units-agencies-file-hint = Columns: ma, ten, ten_ngan, cap (so or phong), truc_thuoc, dia_ban, tu_ngay, den_ngay. For a new name, put the day of the change in tu_ngay.
units-agencies-check = Preview
units-agencies-preview = Preview, nothing written yet
units-agencies-would = Would add { $new }, change { $changed }, leave { $unchanged } agencies.
units-agencies-done = Added { $new }, changed { $changed }, left { $unchanged } agencies.
units-agencies-apply = Write this list
units-agencies-cancel = Cancel
units-agencies-refused = Nothing was written, because of faults:

action-units-choose-root = Chose the installation's place
action-units-import-agencies = Imported agencies
action-units-load = Loaded the list of units
action-units-boundaries = Imported boundaries
audit-detail-versions = Versions of units
audit-detail-successions = Successions
audit-detail-provinces = Provinces
