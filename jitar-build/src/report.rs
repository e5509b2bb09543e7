//! What was built, for people: one line per segment, then the service units with what they carry. No times, no
//! absolute paths: equal applications give equal reports, up to the sizes of snapshots.

use jitar_engine::archive::ModuleArchive;
use jitar_engine::manifest::Segment;

use jitar_engine::snapshot::Deferred;

use crate::snapshot::UnitSnapshot;

/// A service unit, as far as the report tells of it.
#[derive(Debug)]
pub(crate) struct UnitReport<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// Its modules.
    pub(crate) archive: &'a ModuleArchive,
    /// Bytes of the packed modules.
    pub(crate) packed: u64,
    /// Bytes of the snapshot, when there is one.
    pub(crate) snapshot_size: Option<u64>,
    /// What the snapshot lacks.
    pub(crate) snapshot: &'a UnitSnapshot,
}

/// The whole report.
pub(crate) fn text<'a>(
    segments: impl IntoIterator<Item = &'a Segment>,
    units: &[UnitReport<'_>],
    asset_count: usize,
) -> String {
    let segments = segments.into_iter().map(segment_line);
    let assets = format!("\n{}\n", counted(asset_count, "asset"));
    segments.chain(units.iter().map(unit_lines)).chain([assets]).collect()
}

/// The line that the known implementation prints for a segment.
fn segment_line(segment: &Segment) -> String {
    let Segment { name, modules, procedures, classes } = segment;
    let (modules, procedures, classes) = (modules.len(), procedures.len(), classes.len());
    format!("[INFO] Built {name} segment ({modules} modules, {procedures} procedures, {classes} classes)\n")
}

fn unit_lines(unit: &UnitReport<'_>) -> String {
    let snapshot = unit.snapshot_size.map_or("no snapshot".to_owned(), |size| format!("snapshot {}", bytes(size)));
    let modules = counted(unit.archive.modules.len(), "module");
    let start = format!("\nunit {}: {modules}, packed {}, {snapshot}\n", unit.id, bytes(unit.packed));
    let modules = unit.archive.modules.iter().map(|module| format!("  {}\n", shown(&module.specifier)));
    let deferred = unit.snapshot.deferred.iter().map(|Deferred { specifier, reason }| {
        format!("  deferred until the service starts: {}: {reason}\n", shown(specifier))
    });
    [start].into_iter().chain(modules).chain(deferred).collect()
}

fn shown(specifier: &str) -> &str {
    specifier.strip_prefix("file:///app/").unwrap_or(specifier)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn bytes(size: u64) -> String {
    let (unit, name) = if size < 1 << 20 { (1 << 10, "KiB") } else { (1 << 20, "MiB") };
    let tenths = size.saturating_mul(10).div_ceil(unit);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use jitar_engine::archive::{ModuleKind, ModuleSource};

    use super::*;

    #[test]
    fn tells_of_segments_units_and_deferred_modules() {
        let segment = Segment { name: "sales".to_owned(), modules: vec![], procedures: vec![], classes: vec![] };
        let module = ModuleSource {
            specifier: "file:///app/src/a.ts".to_owned(),
            kind: ModuleKind::JavaScript,
            code: String::new(),
            map: None,
            imports: vec![],
        };
        let archive = ModuleArchive { entry: "jitar:unit".to_owned(), modules: vec![module] };
        let deferred = Deferred { specifier: "file:///app/src/a.ts".to_owned(), reason: "reads the clock".to_owned() };
        let snapshot = UnitSnapshot { file: None, deferred: vec![deferred] };
        let unit = UnitReport {
            id: "sales",
            archive: &archive,
            packed: 100,
            snapshot_size: Some(3 << 20),
            snapshot: &snapshot,
        };
        let expected = "[INFO] Built sales segment (0 modules, 0 procedures, 0 classes)\n\
                        \nunit sales: 1 module, packed 0.1 KiB, snapshot 3.0 MiB\n\
                        \x20 src/a.ts\n\
                        \x20 deferred until the service starts: src/a.ts: reads the clock\n\
                        \n2 assets\n";
        assert_eq!(text([&segment], &[unit], 2), expected);
    }
}
