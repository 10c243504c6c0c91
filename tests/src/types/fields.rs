//! What the fields of a type hold in the end.

use quote::ToTokens;

pub(super) fn last(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

pub(super) fn fields(prefix: &str, fields: &syn::Fields) -> Vec<(String, Vec<String>)> {
    let name = |(index, field): (usize, &syn::Field)| {
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
        (format!("{prefix}{name}"), leaves(&field.ty))
    };
    fields.iter().enumerate().map(name).collect()
}

/// What is inside, however it is wrapped: `Option<Vec<String>>` → `String`, `&[u8]` → `[u8]`. Text of the code itself
/// (`&'static str`) is nothing.
pub(super) fn leaves(of: &syn::Type) -> Vec<String> {
    let is_byte = |of: &syn::Type| of.to_token_stream().to_string() == "u8";
    match of {
        syn::Type::Reference(to) => {
            let is_static = to.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
            let is_text = to.elem.to_token_stream().to_string() == "str";
            if is_static && is_text { Vec::new() } else { leaves(&to.elem) }
        }
        syn::Type::Slice(of) if is_byte(&of.elem) => vec!["[u8]".to_owned()],
        syn::Type::Array(of) if is_byte(&of.elem) => vec!["[u8]".to_owned()],
        syn::Type::Slice(of) => leaves(&of.elem),
        syn::Type::Array(of) => leaves(&of.elem),
        syn::Type::Tuple(of) => of.elems.iter().flat_map(leaves).collect(),
        syn::Type::Paren(of) => leaves(&of.elem),
        syn::Type::Path(of) => of.path.segments.last().map(leaves_of_segment).unwrap_or_default(),
        other => vec![other.to_token_stream().to_string()],
    }
}

/// What only holds others and prints them.
const WRAPPERS: [&str; 18] = [
    "Arc",
    "BTreeMap",
    "BTreeSet",
    "Box",
    "Cell",
    "Cow",
    "HashMap",
    "HashSet",
    "Mutex",
    "OnceLock",
    "Option",
    "PhantomData",
    "Rc",
    "RefCell",
    "Result",
    "RwLock",
    "Vec",
    "VecDeque",
];

fn leaves_of_segment(segment: &syn::PathSegment) -> Vec<String> {
    let name = segment.ident.to_string();
    let arguments: Vec<&syn::Type> = match &segment.arguments {
        syn::PathArguments::AngleBracketed(inner) => {
            let only_types = inner.args.iter().filter_map(|argument| match argument {
                syn::GenericArgument::Type(of) => Some(of),
                _ => None,
            });
            only_types.collect()
        }
        _ => Vec::new(),
    };
    let is_bytes = name == "Vec" && arguments.iter().any(|of| of.to_token_stream().to_string() == "u8");
    let own = match () {
        () if is_bytes => return vec!["[u8]".to_owned()],
        () if WRAPPERS.contains(&name.as_str()) => None,
        () => Some(name),
    };
    own.into_iter().chain(arguments.into_iter().flat_map(leaves)).collect()
}
