//! Compares what the user wrote with the application: which units the binary carries, and which service file is its
//! default.

use proc_macro2::Span;
use syn::LitStr;

use super::input::Input;
use super::names::{Names, Service, Unit};
use super::suggest;
use crate::errors::Errors;

/// What the binary carries.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection {
    /// The units, at least one.
    pub(super) units: Vec<Unit>,
    /// The service file that `--service` defaults to, as the application knows it.
    pub(super) service: Option<String>,
}

/// Chooses units and default service file. Mistakes are reported, and then there is no selection.
pub(super) fn select(input: &Input, names: &Names, errors: &mut Errors) -> Option<Selection> {
    if input.seen.is_empty() {
        return Some(Selection { units: names.units.clone(), service: None });
    }
    let service = input.service.as_ref().map(|path| find_service(path, names, errors));
    let segments = input.segments.as_deref().map(|segments| (segments, find_unit(input, segments, names, errors)));
    match (segments, service) {
        (Some((_, unit)), None) => Some(Selection { units: vec![unit?.clone()], service: None }),
        (None, Some(service)) => {
            let service = service?;
            let unit = names.unit(&service.unit)?;
            Some(Selection { units: vec![unit.clone()], service: Some(service.path.clone()) })
        }
        (Some((segments, unit)), Some(service)) => {
            let (unit, service) = (unit?, service?);
            if unit.id != service.unit {
                report_mismatch(input, segments, service, errors);
                return None;
            }
            Some(Selection { units: vec![unit.clone()], service: Some(service.path.clone()) })
        }
        (None, None) => None,
    }
}

/// The unit that consists of exactly these segments.
fn find_unit<'a>(input: &Input, segments: &[LitStr], names: &'a Names, errors: &mut Errors) -> Option<&'a Unit> {
    let unknown: Vec<_> = segments.iter().filter(|segment| !names.segments.contains(&segment.value())).collect();
    for segment in &unknown {
        let hint = suggest::or_list(&segment.value(), names.segments.iter().map(String::as_str), "segments");
        errors.report(segment.span(), format!("no segment `{}`; {hint}", segment.value()));
    }
    if !unknown.is_empty() {
        return None;
    }
    let unit = names.unit(&unit_id(segments));
    if unit.is_none() {
        errors.report(input.segments_span.unwrap_or_else(Span::call_site), no_unit(segments, names));
    }
    unit
}

fn unit_id(segments: &[LitStr]) -> String {
    let mut segments: Vec<String> = segments.iter().map(LitStr::value).collect();
    segments.sort();
    segments.join("+")
}

fn no_unit(segments: &[LitStr], names: &Names) -> String {
    let listed: Vec<String> = segments.iter().map(|segment| format!("{:?}", segment.value())).collect();
    let units = suggest::list(names.units.iter().map(|unit| unit.id.as_str()));
    format!(
        "the segments {} are no service unit; the units are {units}; list these segments in a service file, or add \
         `Builder::unit([{}])` to build.rs",
        suggest::list(segments.iter().map(LitStr::value)),
        listed.join(", ")
    )
}

fn find_service<'a>(path: &LitStr, names: &'a Names, errors: &mut Errors) -> Option<&'a Service> {
    let text = path.value();
    let wanted = text.strip_prefix("./").unwrap_or(&text);
    let service = names.services.iter().find(|service| service.path == wanted);
    if service.is_none() {
        let paths = names.services.iter().map(|service| service.path.as_str());
        let hint = suggest::or_list(wanted, paths, "service files");
        errors.report(path.span(), format!("no service file `{text}` in the application; {hint}"));
    }
    service
}

fn report_mismatch(input: &Input, segments: &[LitStr], service: &Service, errors: &mut Errors) {
    let key = if input.seen.iter().any(|key| key == "segment") { "segment" } else { "segments" };
    let runs = if service.unit == "none" {
        "runs no segments".to_owned()
    } else {
        format!("runs {}", suggest::list(service.unit.split('+')))
    };
    let span = input.service.as_ref().map_or_else(Span::call_site, LitStr::span);
    errors.report(
        span,
        format!(
            "`{}` {runs}, but `{key}` says {}; leave `{key}` out, or make them agree",
            service.path,
            suggest::list(segments.iter().map(LitStr::value))
        ),
    );
}
