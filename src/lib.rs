//! tightship writes hardened Kubernetes manifests from a short spec, checks those that others wrote, and teaches why.
//!
//! Input flows one way through the modules; CONTRIBUTING.md has the table of which may import which. The library exists for
//! the program: [`Cli`] and [`run`] are what `main` needs, [`internals`] what tests, benches and fuzz targets call in process.

#![cfg_attr(not(feature = "cluster"), allow(dead_code, unused_imports, reason = "the labs use more of other modules"))]

mod apiserver;
mod check;
mod cli;
#[cfg(feature = "cluster")]
mod client;
mod cluster;
mod commands;
mod decode;
mod diagnostic;
mod explain;
mod file;
mod generate;
mod graph;
mod k8s;
#[cfg(feature = "cluster")]
mod lab;
mod policy;
mod process;
mod render;
mod report;
mod rules;
mod spec;
mod template;
mod wizard;
#[cfg(feature = "cluster")]
mod workshop;
mod yaml;

pub use cli::Cli;
pub use commands::{refuse, run};

/// What the tests, benches and fuzz targets of this repository call in process. Others are promised nothing.
#[doc(hidden)]
pub mod internals {
    pub mod apiserver {
        pub use crate::apiserver::catalogue::{Component, FlagType, Lookup, catalogue};
    }
    pub mod check {
        pub use crate::check::baseline::Baseline;
        pub use crate::check::config::{self, Config};
        pub use crate::check::{Admission, Input, Options, Outcome, Place, Selection, Text, fix, listed, run};
    }
    pub mod cli {
        pub use crate::cli::examples::EXAMPLES;
    }
    #[cfg(feature = "cluster")]
    pub mod client {
        pub use crate::client::*;
    }
    pub mod decode {
        pub use crate::decode::{Decode, Decoder};
    }
    pub mod diagnostic {
        pub use crate::diagnostic::{Diagnostic, Location, ObjectId, Safety, Severity, render};
    }
    pub mod generate {
        pub use crate::generate::baseline::{Baseline, Program, Role};
        pub use crate::generate::{Options, RenderError, plan};
    }
    pub mod k8s {
        pub use crate::k8s::fields::{Field, FieldType, Limit, Lookup, TypeId, table};
        pub use crate::k8s::names::NameRule;
        pub use crate::k8s::object::Object;
        pub use crate::k8s::pod::Pod;
        pub use crate::k8s::pod_security::{Level, Policy, PolicyVersion};
        pub use crate::k8s::version::Version;
    }
    #[cfg(feature = "cluster")]
    pub mod lab {
        pub use crate::lab::course::Lab;
        pub use crate::lab::lint::of_files;
    }
    pub mod policy {
        pub use crate::policy::{Action, Label, Options, Subject, export};
    }
    pub mod render {
        pub use crate::render::key_file::{PLACEHOLDER, redact};
        pub use crate::render::lock::Lock;
        pub use crate::render::plan::{Owner, Plan};
        pub use crate::render::writer;
    }
    pub mod report {
        pub use crate::report::{Format, write};
    }
    pub mod rules {
        pub use crate::rules::facts::Defaults;
        pub use crate::rules::pod_security::Control;
        pub use crate::rules::{GROUPS, PodContext, Rule, RuleKind, Settings, all, find};
    }
    pub mod spec {
        pub use crate::spec::api_server::{Form, Profile};
        pub use crate::spec::app::Layout;
        pub use crate::spec::defaults::read_over;
        pub use crate::spec::exception::Rule;
        pub use crate::spec::validate::today;
        pub use crate::spec::{ApiServer, App, Defaults, Space, Specs, load};
    }
    pub mod template {
        pub use crate::template::names;
    }
    pub mod wizard {
        pub use crate::wizard::folder::of_dockerfile;
        pub use crate::wizard::questions::QUESTIONS;
    }
    pub mod yaml {
        pub use crate::yaml::edit::{self, Edit};
        pub mod scan {
            pub use crate::yaml::scan::{
                Chomping, Event, Form, Kind, Problem, Properties, Reason, Scanner, Style, Text, decode,
            };
        }
        pub use crate::yaml::{
            Document, FileId, Kind, Node, Source, Span, Stream, Value, parse, parse_part, quote, resolve, split,
        };
    }
}
