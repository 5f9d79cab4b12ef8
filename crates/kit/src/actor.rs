//! Who acts, and what they may.

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
    /// Công chức: enters and corrects the figures of their unit and field.
    Officer,
    /// Xem: reads the figures of their scope.
    Viewer,
    /// Hệ thống tích hợp: another program with a key.
    Integration,
}

impl Role {
    /// Every role, for the matrix of the tests and the form of the page.
    pub const ALL: [Role; 6] =
        [Role::Admin, Role::Leader, Role::DutyOfficer, Role::Officer, Role::Viewer, Role::Integration];

    /// Its name in tables and URLs.
    pub fn name(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Leader => "leader",
            Role::DutyOfficer => "duty_officer",
            Role::Officer => "officer",
            Role::Viewer => "viewer",
            Role::Integration => "integration",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.name() == name)
    }

    /// What the role may do.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission::*;
        match self {
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
                SendNotices,
            ],
            Role::Leader => &[ReadInternal, SetTargets, ReadAudit],
            Role::DutyOfficer => &[ReadInternal, WriteFigures, RunJobs, SendNotices],
            Role::Officer => &[ReadInternal, WriteFigures, SendNotices],
            Role::Viewer => &[ReadInternal],
            // A key tells figures; a target is a decision of people.
            Role::Integration => &[ReadInternal, WriteFigures],
        }
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
    /// Write the texts of notices, read the log of their delivery and send them again.
    ManageNotices,
    /// Send documents to households.
    SendNotices,
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
        /// The highest role of their grants.
        role: Role,
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

    /// Whether they may do `permission` at all; where, the [`Scope`] says.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Actor::Public => false,
            Actor::Person { role, .. } => role.permissions().contains(&permission),
            Actor::Key { .. } => Role::Integration.permissions().contains(&permission),
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
