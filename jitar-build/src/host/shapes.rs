//! What serde makes of the library's structs and enums.

use syn::ext::IdentExt;
use syn::{Fields, ItemEnum, ItemStruct, Variant};

use super::names::Declared;
use super::parse::docs;
use super::serde::{Attributes, Case};
use super::types::{At, Scope, Types, argument_of};
use super::typescript::{Field, Ts};

/// The shape of a type.
pub(super) fn of(declared: &Declared, types: &mut Types<'_>, scope: Scope<'_>) -> Ts {
    match declared {
        Declared::Struct(found) => of_struct(found, types, scope),
        Declared::Enum(found) => of_enum(found, types, scope),
        Declared::Alias(_) | Declared::Conditional => Ts::unknown(),
    }
}

fn of_struct(found: &ItemStruct, types: &mut Types<'_>, scope: Scope<'_>) -> Ts {
    let attributes = Attributes::read(&found.attrs, scope.way);
    if attributes.is_unknown {
        return Ts::unknown();
    }
    if attributes.is_transparent {
        let mut visible = found.fields.iter().filter(|field| !Attributes::read(&field.attrs, scope.way).is_skipped);
        let inner = visible.next().filter(|_| visible.next().is_none());
        return inner.map_or_else(Ts::unknown, |field| types.typescript(&field.ty, scope, At::Inside));
    }
    let how = Naming { case: attributes.rename_all, may_be_absent: attributes.may_be_absent };
    let shape = match Payload::of(&found.fields, how, types, scope) {
        Payload::Nothing => Ts::name("null"),
        Payload::Value(ts) | Payload::Object(ts) => ts,
    };
    match attributes.tag {
        Some(tag) => {
            let name = attributes.rename.unwrap_or_else(|| found.ident.unraw().to_string());
            tagged(&tag, &name, Payload::Object(shape))
        }
        None => shape,
    }
}

fn of_enum(found: &ItemEnum, types: &mut Types<'_>, scope: Scope<'_>) -> Ts {
    let attributes = Attributes::read(&found.attrs, scope.way);
    if attributes.is_unknown {
        return Ts::unknown();
    }
    let mut variants = Vec::new();
    for variant in &found.variants {
        let own = Attributes::read(&variant.attrs, scope.way);
        if own.is_unknown {
            return Ts::unknown();
        }
        if !own.is_skipped {
            variants.push(of_variant(variant, &own, &attributes, types, scope));
        }
    }
    Ts::either(variants)
}

fn of_variant(variant: &Variant, own: &Attributes, all: &Attributes, types: &mut Types<'_>, scope: Scope<'_>) -> Ts {
    let name = own.rename.clone().unwrap_or_else(|| all.rename_all.of_variant(&variant.ident.unraw().to_string()));
    let how = Naming { case: own.rename_all.or(all.rename_all_fields), may_be_absent: false };
    let payload = Payload::of(&variant.fields, how, types, scope);
    if own.is_untagged || all.is_untagged {
        return match payload {
            Payload::Nothing => Ts::name("null"),
            Payload::Value(ts) | Payload::Object(ts) => ts,
        };
    }
    match (&all.tag, &all.content, payload) {
        (Some(tag), None, payload) => tagged(tag, &name, payload),
        (Some(tag), Some(_), Payload::Nothing) => Ts::Object(vec![property(tag, Ts::literal(&name))]),
        (Some(tag), Some(content), Payload::Value(ts) | Payload::Object(ts)) => {
            Ts::Object(vec![property(tag, Ts::literal(&name)), property(content, ts)])
        }
        (None, _, Payload::Nothing) => Ts::literal(&name),
        (None, _, Payload::Value(ts) | Payload::Object(ts)) => Ts::Object(vec![property(&name, ts)]),
    }
}

/// A value with the name of its variant among its own properties.
fn tagged(tag: &str, name: &str, payload: Payload) -> Ts {
    let tag = property(tag, Ts::literal(name));
    match payload {
        Payload::Nothing => Ts::Object(vec![tag]),
        Payload::Object(Ts::Object(fields)) => Ts::Object([tag].into_iter().chain(fields).collect()),
        Payload::Value(ts) | Payload::Object(ts) => Ts::Intersection(vec![Ts::Object(vec![tag]), ts]),
    }
}

fn property(name: &str, ty: Ts) -> Field {
    Field { name: name.to_owned(), is_optional: false, ty, docs: Vec::new() }
}

/// How fields are named, and whether all of them may be absent.
#[derive(Clone, Copy)]
struct Naming {
    case: Case,
    may_be_absent: bool,
}

/// What fields become.
enum Payload {
    Nothing,
    /// The value of one field, or a list of several.
    Value(Ts),
    /// Named fields.
    Object(Ts),
}

impl Payload {
    fn of(fields: &Fields, how: Naming, types: &mut Types<'_>, scope: Scope<'_>) -> Self {
        match fields {
            Fields::Unit => Self::Nothing,
            Fields::Named(fields) => Self::Object(object(fields.named.iter(), how, types, scope)),
            Fields::Unnamed(fields) => {
                let mut values: Vec<Ts> = fields.unnamed.iter().map(|field| positional(field, types, scope)).collect();
                Self::Value(if values.len() == 1 { values.remove(0) } else { Ts::Tuple(values) })
            }
        }
    }
}

/// A field without a name. Where some are skipped, the others move.
fn positional(field: &syn::Field, types: &mut Types<'_>, scope: Scope<'_>) -> Ts {
    let attributes = Attributes::read(&field.attrs, scope.way);
    if attributes.is_unknown || attributes.is_skipped {
        return Ts::unknown();
    }
    types.typescript(&field.ty, scope, At::Inside)
}

fn object<'f>(
    fields: impl Iterator<Item = &'f syn::Field>,
    how: Naming,
    types: &mut Types<'_>,
    scope: Scope<'_>,
) -> Ts {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for field in fields {
        let attributes = Attributes::read(&field.attrs, scope.way);
        let (Some(ident), false) = (&field.ident, attributes.is_skipped) else { continue };
        if attributes.is_flattened {
            others.push(flattened(field, &attributes, types, scope));
            continue;
        }
        let is_option = !attributes.is_unknown && argument_of(&field.ty, "Option").is_some();
        let may_be_left_out = how.may_be_absent || (is_option && scope.way.is_in());
        own.push(Field {
            name: attributes.rename.unwrap_or_else(|| how.case.of_field(&ident.unraw().to_string())),
            is_optional: attributes.may_be_absent || may_be_left_out,
            ty: if attributes.is_unknown { Ts::unknown() } else { types.typescript(&field.ty, scope, At::Inside) },
            docs: docs(&field.attrs),
        });
    }
    if others.is_empty() {
        return Ts::Object(own);
    }
    if !own.is_empty() {
        others.insert(0, Ts::Object(own));
    }
    if others.len() == 1 { others.remove(0) } else { Ts::Intersection(others) }
}

/// A field whose own fields stand in its place. Of maps nothing is known but that there may be more.
fn flattened(field: &syn::Field, attributes: &Attributes, types: &mut Types<'_>, scope: Scope<'_>) -> Ts {
    let anything = Ts::Of("Record", vec![Ts::name("string"), Ts::unknown()]);
    if attributes.is_unknown {
        return anything;
    }
    let option = argument_of(&field.ty, "Option");
    match types.typescript(option.unwrap_or(&field.ty), scope, At::Inside) {
        ts @ (Ts::Own(..) | Ts::Object(_)) if option.is_some() => Ts::Of("Partial", vec![ts]),
        ts @ (Ts::Own(..) | Ts::Object(_)) => ts,
        _ => anything,
    }
}
