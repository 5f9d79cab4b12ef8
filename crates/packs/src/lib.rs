//! Floor 4: fields of government as data.
