//! Lines of logs and the ways out of types, as the sources write them.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

use crate::types::is_test;

/// One field of a line: `"request.id" = request_id` → `request.id`, `request_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// In which file.
    pub path: String,
    /// Its name; empty for the words of the line.
    pub name: String,
    /// What it is made of, as tokens.
    pub value: String,
}

/// What production code does with text that is somebody's, and what it logs.
#[derive(Debug, Default)]
pub struct Uses {
    /// Every field of every line.
    pub logged: Vec<Logged>,
    /// `file function`, wherever text is taken out of its type.
    pub exposed: Vec<String>,
    /// Files that log the arguments of a function whatever they are.
    pub instrumented: Vec<String>,
}

/// What these files do.
#[must_use]
pub fn uses(sources: &[(String, syn::File)]) -> Uses {
    let mut reader = Reader::default();
    for (path, file) in sources {
        path.clone_into(&mut reader.path);
        reader.visit_file(file);
    }
    reader.uses.exposed.sort();
    reader.uses.exposed.dedup();
    reader.uses
}

/// The ways out of a type that does not print.
const WAYS_OUT: [&str; 4] = ["expose", "expose_secret", "into_exposed", "canonical"];
const MACROS: [&str; 10] =
    ["trace", "debug", "info", "warn", "error", "event", "info_span", "warn_span", "error_span", "span"];

#[derive(Default)]
struct Reader {
    path: String,
    function: Vec<String>,
    uses: Uses,
}

impl Reader {
    fn expose(&mut self) {
        let function = self.function.last().map_or("", String::as_str);
        self.uses.exposed.push(format!("{} {function}", self.path));
    }

    fn within(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], inner: impl FnOnce(&mut Self)) {
        if is_test(attributes) {
            return;
        }
        let is_instrument = |attribute: &syn::Attribute| {
            attribute.path().segments.last().is_some_and(|segment| segment.ident == "instrument")
        };
        if attributes.iter().any(is_instrument) {
            self.uses.instrumented.push(self.path.clone());
        }
        self.function.push(name.to_string());
        inner(self);
        self.function.pop();
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.within(&item.sig.ident, &item.attrs, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within(&item.sig.ident, &item.attrs, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if WAYS_OUT.iter().any(|way| call.method == way) {
            self.expose();
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let is_of_a_type = path.path.segments.len() > 1;
        if is_of_a_type && path.path.segments.last().is_some_and(|last| WAYS_OUT.iter().any(|way| last.ident == way)) {
            self.expose();
        }
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        if mentions(item.tokens.clone(), &WAYS_OUT) {
            self.expose();
        }
        let name = item.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let is_of_tracing = item.path.segments.first().is_some_and(|first| first.ident == "tracing");
        if is_of_tracing || MACROS.contains(&name.as_str()) {
            for argument in arguments(item.tokens.clone()) {
                let (name, value) = field(argument);
                self.uses.logged.push(Logged { path: self.path.clone(), name, value });
            }
        }
    }
}

/// Whether one of these words is anywhere in there.
fn mentions(tokens: TokenStream, words: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => words.iter().any(|word| name == word),
        TokenTree::Group(group) => mentions(group.stream(), words),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// What stands between commas.
fn arguments(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let parts = tokens.split(|token| is_sign(token, ',')).filter(|part| !part.is_empty());
    parts.map(<[TokenTree]>::to_vec).collect()
}

/// `"a.b" = %value`, `a.b = value`, `?value`, `value`, `"words"`.
fn field(argument: Vec<TokenTree>) -> (String, String) {
    let text = |tokens: &[TokenTree]| tokens.iter().cloned().collect::<TokenStream>().to_token_stream().to_string();
    if let Some(at) = argument.iter().position(|token| is_sign(token, '=')) {
        let (name, value) = argument.split_at(at);
        return (text(name).replace(['"', ' '], ""), text(&value[1..]));
    }
    match argument.as_slice() {
        [TokenTree::Literal(words)] => (String::new(), words.to_string()),
        [sign, rest @ ..] if is_sign(sign, '%') || is_sign(sign, '?') => (text(rest).replace(' ', ""), text(rest)),
        whole => (text(whole).replace(' ', ""), text(whole)),
    }
}
