//! Where V8's module system finds the application's modules: the unit's module archive.

use std::borrow::Cow;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use deno_core::{
    ExtCodeCache, ModuleLoadOptions, ModuleLoadReferrer, ModuleLoadResponse, ModuleLoader, ModuleResolveResponse,
    ModuleSource, ModuleSourceCode, ModuleSpecifier, ModuleType, ResolutionKind, SourceCodeCacheInfo, resolve_import,
};
use deno_error::JsErrorBox;

use crate::archive::{DamagedArchive, ModuleArchive, ModuleKind};
use crate::compiled::CompiledCode;
use crate::error::{EngineError, short_specifier};
use crate::ops::{Observation, Observations, Weight};
use crate::snapshot;

/// The modules of a unit, unpacked when the first one is asked for: a unit that is warm in its blob needs them only for
/// source maps. Isolates that share a store share what V8 compiled of them, too.
#[derive(Debug, Clone)]
pub struct ModuleStore(Arc<Lazy>);

#[derive(Debug)]
struct Lazy {
    packed: Cow<'static, [u8]>,
    unpacked: OnceLock<Result<Unpacked, String>>,
    compiled: CompiledCode,
}

#[derive(Debug)]
struct Unpacked {
    entry: String,
    modules: HashMap<String, crate::archive::ModuleSource>,
}

impl ModuleStore {
    /// A store over packed bytes.
    pub fn new(packed: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::with(packed.into(), OnceLock::new(), CompiledCode::default())
    }

    /// A store over packed bytes of the unit of that id, with what the build compiled of them.
    ///
    /// # Errors
    /// When the file `code` is damaged or was made by an engine that differs.
    pub fn with_code(
        unit: &str,
        packed: impl Into<Cow<'static, [u8]>>,
        code: &'static [u8],
    ) -> Result<Self, EngineError> {
        Ok(Self::with(packed.into(), OnceLock::new(), snapshot::open_code(unit, code)?))
    }

    /// A store over an archive that is in memory already.
    pub fn from_archive(archive: ModuleArchive) -> Self {
        let modules = archive.modules.into_iter().map(|module| (module.specifier.clone(), module)).collect();
        let unpacked = OnceLock::from(Ok(Unpacked { entry: archive.entry, modules }));
        Self::with(Cow::Borrowed(&[]), unpacked, CompiledCode::default())
    }

    fn with(packed: Cow<'static, [u8]>, unpacked: OnceLock<Result<Unpacked, String>>, compiled: CompiledCode) -> Self {
        Self(Arc::new(Lazy { packed, unpacked, compiled }))
    }

    /// What V8 compiled of the modules, and of the platform's scripts that are not in a blob.
    pub(crate) fn compiled(&self) -> &CompiledCode {
        &self.0.compiled
    }

    /// Specifier of the module that registers the unit's segments.
    ///
    /// # Errors
    /// When the archive is damaged.
    pub fn entry(&self) -> Result<&str, DamagedArchive> {
        Ok(&self.unpacked()?.entry)
    }

    /// Number of modules and scripts that V8 had to compile so far: neither the build nor an earlier isolate did.
    pub fn n_compiled(&self) -> usize {
        self.compiled().n_made()
    }

    /// Imports of the modules of ours that the application imports.
    fn before_the_application(&self) -> Result<String, DamagedArchive> {
        let host = self.unpacked()?.modules.keys().map(String::as_str).filter(|name| name.starts_with("host:"));
        let names = ["jitar:runtime", "jitar:remote"].into_iter().chain(host);
        Ok(names.flat_map(|name| ["import '", name, "';\n"]).collect())
    }

    pub(crate) fn get(&self, specifier: &str) -> Result<Option<&crate::archive::ModuleSource>, DamagedArchive> {
        Ok(self.unpacked()?.modules.get(specifier))
    }

    /// Where something stands in the application's file, from its place in generated code; both count from 1. The place
    /// itself when there is no source map.
    pub(crate) fn original_place(&self, specifier: &str, line: u32, column: u32) -> (u32, u32) {
        let map = self.get(specifier).ok().flatten().and_then(|module| module.map.as_ref());
        let map = map.and_then(|map| deno_core::sourcemap::SourceMap::from_slice(map.as_bytes()).ok());
        let token = map.as_ref().and_then(|map| map.lookup_token(line.saturating_sub(1), column.saturating_sub(1)));
        token.map_or((line, column), |token| (token.get_src_line() + 1, token.get_src_col() + 1))
    }

    fn unpacked(&self) -> Result<&Unpacked, DamagedArchive> {
        let unpacked = self.0.unpacked.get_or_init(|| {
            let archive = ModuleArchive::unpack(&self.0.packed).map_err(|error| error.to_string())?;
            let modules = archive.modules.into_iter().map(|module| (module.specifier.clone(), module)).collect();
            Ok(Unpacked { entry: archive.entry, modules })
        });
        unpacked.as_ref().map_err(|reason| DamagedArchive::new(reason.clone()))
    }
}

/// Of the platform's modules, where there is no blob that holds them.
impl ExtCodeCache for ModuleStore {
    fn get_code_cache_info(
        &self,
        specifier: &ModuleSpecifier,
        code: &ModuleSourceCode,
        _is_module: bool,
    ) -> SourceCodeCacheInfo {
        match code {
            ModuleSourceCode::String(source) => self.compiled().find(specifier.as_str(), source.as_str()),
            ModuleSourceCode::Bytes(_) => SourceCodeCacheInfo { hash: 0, data: None },
        }
    }

    fn code_cache_ready(&self, specifier: ModuleSpecifier, hash: u64, code: &[u8], _is_module: bool) {
        self.compiled().keep(specifier.as_str(), hash, code);
    }
}

/// The module loader of every isolate.
pub(crate) struct ArchiveLoader {
    pub(crate) modules: ModuleStore,
    /// While a blob is made: `import()` is noted, because what it evaluates is not where the order of modules has it.
    pub(crate) observations: Option<Observations>,
    pub(crate) maps: MapPlace,
}

/// A module that imports those of ours which the application imports. They have no effect: evaluated before, they leave a
/// debugger's first stop to code of the application.
pub(crate) const BEFORE_THE_APPLICATION: &str = "jitar:before";

/// Where V8 finds source maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MapPlace {
    /// It does not: stack traces are mapped by the engine.
    Apart,
    /// At the end of each script, for debuggers.
    InScript,
}

/// Endings that a computed `import()` may leave out, in the order in which they are tried.
const ENDINGS: [&str; 7] = [".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".json"];

impl ArchiveLoader {
    /// Specifiers that the build left as they are: the runtime's own modules, and those of Node that it has. `deno_core`
    /// lets only modules with the schemes `ext` and `node` see the extension's modules, hence their inner names.
    fn runtime_module(specifier: &str) -> Option<&'static str> {
        match specifier {
            "jitar" | "jitar:runtime" => Some("node:jitar/runtime"),
            "jitar:host" => Some("node:jitar/host"),
            "jitar:remote" => Some("node:jitar/remote"),
            "async_hooks" | "node:async_hooks" => Some("node:async_hooks"),
            "buffer" | "node:buffer" => Some("node:buffer"),
            "process" | "node:process" => Some("node:process"),
            "jitar:commonjs" => Some("node:jitar/commonjs"),
            "jitar:empty" => Some("node:jitar/empty"),
            _ => None,
        }
    }

    fn source(
        &self,
        specifier: &ModuleSpecifier,
        referrer: Option<&ModuleLoadReferrer>,
    ) -> Result<ModuleSource, JsErrorBox> {
        let damaged = |error: DamagedArchive| JsErrorBox::generic(error.to_string());
        if specifier.as_str() == BEFORE_THE_APPLICATION {
            let code = ModuleSourceCode::String(self.modules.before_the_application().map_err(damaged)?.into());
            return Ok(ModuleSource::new(ModuleType::JavaScript, code, specifier, None));
        }
        let found = self.modules.get(specifier.as_str()).map_err(damaged)?;
        let Some(module) = found else {
            let name = short_specifier(specifier.as_str());
            let from = referrer.map(|from| format!(", imported from {}", short_specifier(from.specifier.as_str())));
            let from = from.unwrap_or_default();
            return Err(JsErrorBox::type_error(format!("the module `{name}` is not part of this service unit{from}")));
        };
        let kind = match module.kind {
            ModuleKind::JavaScript => ModuleType::JavaScript,
            ModuleKind::Json => ModuleType::Json,
        };
        let code = match (&module.map, self.maps) {
            (Some(map), MapPlace::InScript) => with_map(&module.code, map, &module.specifier),
            _ => module.code.clone(),
        };
        let is_code = module.kind == ModuleKind::JavaScript;
        let compiled = is_code.then(|| self.compiled(specifier, &code)).flatten();
        let code = ModuleSourceCode::String(code.into());
        Ok(ModuleSource::new(kind, code, specifier, compiled))
    }

    /// What was compiled of a script, unless a blob is made, whose V8 has other flags, or somebody debugs.
    fn compiled(&self, specifier: &ModuleSpecifier, source: &str) -> Option<SourceCodeCacheInfo> {
        let is_service = self.observations.is_none() && self.maps == MapPlace::Apart;
        is_service.then(|| self.modules.compiled().find(specifier.as_str(), source))
    }

    /// What a computed `import()` means: the module itself, one whose ending or `index` was left out, the source of a file
    /// that is compiled elsewhere, or what stands for one of these in this unit.
    fn probe(&self, specifier: ModuleSpecifier) -> ModuleSpecifier {
        let known = |candidate: &str| matches!(self.modules.get(candidate), Ok(Some(_)));
        if known(specifier.as_str()) {
            return specifier;
        }
        let stem = specifier.as_str().trim_end_matches('/');
        let written = [stem.to_owned()].into_iter();
        let shorter = ENDINGS.iter().flat_map(|ending| [format!("{stem}{ending}"), format!("{stem}/index{ending}")]);
        let compiled = [(".js", ".ts"), (".js", ".tsx"), (".mjs", ".mts")];
        let compiled = compiled.iter().filter_map(|(js, ts)| Some(format!("{}{ts}", stem.strip_suffix(js)?)));
        let real: Vec<String> = written.chain(shorter).chain(compiled).collect();
        let remote = real.iter().map(|candidate| format!("{candidate}?remote"));
        let candidates: Vec<String> = real.iter().cloned().chain(remote).collect();
        candidates
            .into_iter()
            .find(|candidate| known(candidate))
            .and_then(|candidate| ModuleSpecifier::parse(&candidate).ok())
            .unwrap_or(specifier)
    }
}

/// The code with its source map. Debuggers want the source by an address: that of the module.
fn with_map(code: &str, map: &str, specifier: &str) -> String {
    let Ok(mut map) = serde_json::from_str::<serde_json::Value>(map) else { return code.to_owned() };
    map["sources"] = serde_json::json!([specifier]);
    let map = base64::engine::general_purpose::STANDARD.encode(map.to_string());
    format!("{code}\n//# sourceMappingURL=data:application/json;base64,{map}\n")
}

impl ModuleLoader for ArchiveLoader {
    fn resolve(&self, specifier: &str, referrer: &str, kind: ResolutionKind) -> ModuleResolveResponse {
        let specifier = Self::runtime_module(specifier).unwrap_or(specifier);
        let resolved = resolve_import(specifier, referrer).map_err(JsErrorBox::from_err)?;
        let resolved = if kind == ResolutionKind::DynamicImport { self.probe(resolved) } else { resolved };
        if let (ResolutionKind::DynamicImport, Some(observations)) = (&kind, &self.observations) {
            let what = format!("imports `{}` by import()", short_specifier(resolved.as_str()));
            observations.add(Observation {
                what,
                module: Some(referrer.to_owned()),
                place: None,
                weight: Weight::Import(resolved.to_string()),
            });
        }
        Ok(resolved)
    }

    fn load(
        &self,
        specifier: &ModuleSpecifier,
        referrer: Option<&ModuleLoadReferrer>,
        _options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        ModuleLoadResponse::Sync(self.source(specifier, referrer))
    }

    fn code_cache_ready(
        &self,
        specifier: ModuleSpecifier,
        source: u64,
        code: &[u8],
    ) -> Pin<Box<dyn Future<Output = ()>>> {
        self.modules.compiled().keep(specifier.as_str(), source, code);
        Box::pin(std::future::ready(()))
    }

    /// Of scripts of the platform that are loaded when somebody first asks for them.
    fn get_code_cache(&self, specifier: &ModuleSpecifier, source: &str) -> Option<SourceCodeCacheInfo> {
        self.compiled(specifier, source)
    }

    fn get_source_map(&self, file_name: &str) -> Option<Cow<'_, [u8]>> {
        let module = self.modules.get(file_name).ok()??;
        module.map.as_ref().map(|map| Cow::Borrowed(map.as_bytes()))
    }
}
