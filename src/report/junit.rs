//! `junit`: a test suite for each file and a test case for each finding, for the test reports of CI systems.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::files::Files;
use crate::check::Cause;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::text::line;
use crate::yaml::FileId;

/// Writes the document. A file without findings has one test case, which passes.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = files.outcome;
    let mut suites: Vec<Suite<'_>> = outcome.files.iter().map(|_| Suite::default()).collect();
    for finding in &outcome.findings {
        if let Some(suite) = suites.get_mut(finding.file().0 as usize) {
            suite.findings.push(finding);
        }
    }
    for notice in &outcome.notices {
        if let Some(suite) = suites.get_mut(notice.file().0 as usize) {
            suite.notices.push(notice);
        }
    }
    for broken in &outcome.errors {
        if let Some(suite) = suites.get_mut(broken.file().0 as usize) {
            suite.errors.push(broken);
        }
    }
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let left_out = outcome.left_out.counts();
    let tests: usize = suites.iter().map(Suite::tests).sum::<usize>() + left_out.len();
    xml.create_element("testsuites")
        .with_attributes([
            ("name", "tightship"),
            ("tests", &tests.to_string()),
            ("failures", &outcome.findings.len().to_string()),
            ("errors", &outcome.errors.len().to_string()),
        ])
        .write_inner_content(|xml| {
            for (suite, file) in suites.iter().zip(0..) {
                suite.write(files, FileId(file), xml)?;
            }
            skipped(&left_out, xml)
        })?;
    writeln!(xml.get_mut())
}

/// What was not looked at: a test case for each cause.
fn skipped(left_out: &BTreeMap<Cause, usize>, xml: &mut Xml<'_>) -> io::Result<()> {
    if left_out.is_empty() {
        return Ok(());
    }
    let count = left_out.len().to_string();
    xml.create_element("testsuite")
        .with_attributes([
            ("name", "left out"),
            ("tests", &*count),
            ("failures", "0"),
            ("errors", "0"),
            ("skipped", &*count),
        ])
        .write_inner_content(|xml| {
            for (cause, number) in left_out {
                xml.create_element("testcase")
                    .with_attributes([("name", cause.count(*number).as_str()), ("classname", "left out")])
                    .write_inner_content(|xml| xml.create_element("skipped").write_empty().map(|_| ()))?;
            }
            Ok(())
        })?;
    Ok(())
}

/// What is said of a file.
#[derive(Default)]
struct Suite<'a> {
    findings: Vec<&'a Diagnostic>,
    errors: Vec<&'a Diagnostic>,
    notices: Vec<&'a Diagnostic>,
}

type Xml<'a> = Writer<&'a mut dyn Write>;

impl Suite<'_> {
    fn tests(&self) -> usize {
        (self.findings.len() + self.errors.len()).max(1)
    }

    fn write(&self, files: &Files<'_>, file: FileId, xml: &mut Xml<'_>) -> io::Result<()> {
        let name = line(files.name(file));
        xml.create_element("testsuite")
            .with_attributes([
                ("name", &*name),
                ("tests", &self.tests().to_string()),
                ("failures", &self.findings.len().to_string()),
                ("errors", &self.errors.len().to_string()),
            ])
            .write_inner_content(|xml| {
                if self.findings.is_empty() && self.errors.is_empty() {
                    xml.create_element("testcase")
                        .with_attributes([("name", "no findings"), ("classname", &*name)])
                        .write_empty()?;
                }
                for finding in &self.findings {
                    let case = format!("{}: {} {}", finding.id, finding.object(), finding.path);
                    let place = files.place(&finding.location);
                    let lines = [Some(&*place), Some(&finding.location.label), finding.help.as_deref()];
                    let body: Vec<&str> = lines.into_iter().flatten().filter(|line| !line.is_empty()).collect();
                    let failure = Failure {
                        element: "failure",
                        kind: &format!("{}[{}]", finding.severity.as_str(), finding.id),
                        message: &finding.message,
                        body: &body.join("\n"),
                    };
                    failure.write(&name, &case, xml)?;
                }
                for broken in &self.errors {
                    let place = files.place(&broken.location);
                    let failure =
                        Failure { element: "error", kind: "unreadable", message: &broken.message, body: &place };
                    failure.write(&name, &format!("can be read: {place}"), xml)?;
                }
                if !self.notices.is_empty() {
                    let line = |notice: &&Diagnostic| format!("{}: {}", files.place(&notice.location), notice.message);
                    let lines: Vec<String> = self.notices.iter().map(line).collect();
                    xml.create_element("system-out").write_text_content(BytesText::new(&lines.join("\n")))?;
                }
                Ok(())
            })?;
        Ok(())
    }
}

/// A test case that does not pass.
struct Failure<'a> {
    element: &'a str,
    kind: &'a str,
    message: &'a str,
    body: &'a str,
}

impl Failure<'_> {
    fn write(&self, class: &str, case: &str, xml: &mut Xml<'_>) -> io::Result<()> {
        xml.create_element("testcase")
            .with_attributes([("name", case.trim_end()), ("classname", class)])
            .write_inner_content(|xml| {
                xml.create_element(self.element)
                    .with_attributes([("type", self.kind), ("message", self.message)])
                    .write_text_content(BytesText::new(self.body))?;
                Ok(())
            })?;
        Ok(())
    }
}
