//! Who acts, and what they may.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::scope::Scope;

/// A role of a person or of another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Quản trị: accounts, packs, settings.
    Admin,
    /// Lãnh đạo: sees all of their scope, decides.
    Leader,
    /// Trực ban: watches and passes on.
    DutyOfficer,
    /// Tiếp nhận: the desk that takes in what people report, and alone sees who did.
    Intake,
    /// Công chức: enters and corrects the figures of their unit and field.
    Officer,
    /// Xem: reads the figures of their scope.
    Viewer,
    /// Hệ thống tích hợp: another program with a key.
    Integration,
}

impl Role {
    /// Every role, for the matrix of the tests and the form of the page.
    pub const ALL: [Role; 7] = [
        Role::Admin,
        Role::Leader,
        Role::DutyOfficer,
        Role::Intake,
        Role::Officer,
        Role::Viewer,
        Role::Integration,
    ];

    /// Its name in tables and URLs.
    pub fn name(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Leader => "leader",
            Role::DutyOfficer => "duty_officer",
            Role::Intake => "intake",
            Role::Officer => "officer",
            Role::Viewer => "viewer",
            Role::Integration => "integration",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.name() == name)
    }

    /// What the role may do, where it is granted.
    pub fn permissions(self) -> Permissions {
        use Permission::*;
        let all: &[Permission] = match self {
            // Who keeps the system neither reads who reported, nor works on cases, nor answers them.
            Role::Admin => &[
                ReadInternal,
                WriteFigures,
                SetTargets,
                ManageAccounts,
                ManagePacks,
                ManageUnits,
                ReadAudit,
                RunJobs,
                ManageNotices,
            ],
            Role::Leader => &[ReadInternal, SetTargets, ReadAudit, ApproveAnswers, DirectCases],
            Role::DutyOfficer => {
                &[ReadInternal, WriteFigures, RunJobs, TakeInCases, HandleCases, SendNotices]
            }
            Role::Intake => &[ReadInternal, TakeInCases, ReadReporter],
            Role::Officer => &[ReadInternal, WriteFigures, HandleCases, SendNotices],
            Role::Viewer => &[ReadInternal],
            // A key tells figures; a target is a decision of people.
            Role::Integration => &[ReadInternal, WriteFigures],
        };
        all.iter().copied().collect()
    }
}

/// One thing that may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// Read figures that are not for the public.
    ReadInternal,
    /// Enter, import and correct figures.
    WriteFigures,
    /// Set targets.
    SetTargets,
    /// Make accounts and grants.
    ManageAccounts,
    /// Apply packs and edit their overlay.
    ManagePacks,
    /// Import units, agencies and boundaries.
    ManageUnits,
    /// Read and export the audit log.
    ReadAudit,
    /// See and steer jobs.
    RunJobs,
    /// Take in, classify, pass on and refuse reports.
    TakeInCases,
    /// See who reported.
    ReadReporter,
    /// Work on the cases of one's unit.
    HandleCases,
    /// Make an answer public.
    ApproveAnswers,
    /// Reassign cases by a written instruction (bút phê), decide extensions, give tasks.
    DirectCases,
    /// Keep the templates, channels and log of notices.
    ManageNotices,
    /// Send messages and documents to households.
    SendNotices,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 15] = [
        Permission::ReadInternal,
        Permission::WriteFigures,
        Permission::SetTargets,
        Permission::ManageAccounts,
        Permission::ManagePacks,
        Permission::ManageUnits,
        Permission::ReadAudit,
        Permission::RunJobs,
        Permission::TakeInCases,
        Permission::ReadReporter,
        Permission::HandleCases,
        Permission::ApproveAnswers,
        Permission::DirectCases,
        Permission::ManageNotices,
        Permission::SendNotices,
    ];
}

/// A set of permissions. In memory only: the bits follow the order of [`Permission`] and are never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// Whether `permission` is in it.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// The same set and `permission`.
    #[must_use]
    pub fn with(self, permission: Permission) -> Permissions {
        Permissions(self.0 | bit(permission))
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: Permissions) -> Permissions {
        Permissions(self.0 | other.0)
    }

    /// What is in it, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.contains(*p))
    }
}

fn bit(permission: Permission) -> u64 {
    1 << permission as u64
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Permissions {
        all.into_iter().fold(Permissions::default(), Permissions::with)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody signed in.
    Public,
    /// A person with an account.
    Person {
        /// The account.
        id: Uuid,
        /// The name on the page.
        name: Arc<str>,
        /// The highest role of their grants, for the heading of a page. Nothing is decided by it.
        role: Role,
        /// What they may do somewhere: all that their grants of today allow together.
        may: Permissions,
    },
    /// Another program, by its key.
    Key {
        /// The key.
        id: Uuid,
        /// What it is called.
        name: Arc<str>,
    },
    /// The program itself: command line, jobs.
    System(&'static str),
}

impl Actor {
    /// How the audit log names them: ids, never personal values.
    pub fn audit_name(&self) -> String {
        match self {
            Actor::Public => "public".into(),
            Actor::Person { id, .. } => format!("account:{id}"),
            Actor::Key { id, .. } => format!("key:{id}"),
            Actor::System(what) => format!("system:{what}"),
        }
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        !matches!(self, Actor::Public)
    }

    /// Whether they may do `permission` anywhere; where, [`Scope::allows`] says.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Actor::Public => false,
            Actor::Person { may, .. } => may.contains(permission),
            Actor::Key { .. } => Role::Integration.permissions().contains(permission),
            Actor::System(_) => true,
        }
    }
}

/// An actor and the scope of what they see.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub actor: Actor,
    /// What they see.
    pub scope: Scope,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let all: Permissions = Permission::ALL.into_iter().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), Permission::ALL);
        for one in Permission::ALL {
            let set = Permissions::default().with(one);
            assert_eq!(set.iter().collect::<Vec<_>>(), [one]);
            assert!(all.contains(one) && !Permissions::default().contains(one));
        }
        let both = Role::Leader.permissions().union(Role::Officer.permissions());
        assert!(both.contains(Permission::SetTargets) && both.contains(Permission::WriteFigures));
        assert!(!both.contains(Permission::ManageAccounts));
        assert_eq!(format!("{:?}", Role::Viewer.permissions()), "{ReadInternal}");
    }

    #[test]
    fn the_intake_desk_alone_sees_who_reported() {
        let see = Role::ALL.into_iter().filter(|r| r.permissions().contains(Permission::ReadReporter));
        assert_eq!(see.collect::<Vec<_>>(), [Role::Intake]);
    }

    #[test]
    fn who_keeps_the_system_neither_works_on_cases_nor_answers_them() {
        let admin = Role::Admin.permissions();
        use Permission::*;
        for kept_away in [TakeInCases, ReadReporter, HandleCases, ApproveAnswers, DirectCases, SendNotices] {
            assert!(!admin.contains(kept_away), "{kept_away:?}");
        }
        assert!(admin.contains(ManageNotices));
    }

    #[test]
    fn every_role_reads_and_is_found_by_its_name() {
        for role in Role::ALL {
            assert!(role.permissions().contains(Permission::ReadInternal), "{role:?}");
            assert_eq!(Role::parse(role.name()), Some(role));
        }
    }

    #[test]
    fn a_person_may_what_their_grants_allow_whatever_the_heading_says() {
        let (id, name) = (Uuid::nil(), Arc::from("Mai"));
        let may = Role::Officer.permissions();
        let person = Actor::Person { id, name, role: Role::Admin, may };
        assert!(person.may(Permission::WriteFigures) && !person.may(Permission::ManageAccounts));
    }
}
