//! The types of the functions and what they are built on, as their sources declare them: which of them print themselves, and what
//! their fields hold in the end.

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

use self::fields::{fields, last, leaves};
use crate::repository::{files, read};

/// One struct or enum.
#[derive(Debug)]
pub struct Declared {
    /// The file that declares it.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What it derives: `Debug`, `Serialize`.
    pub derives: BTreeSet<String>,
    /// Its fields with what they hold in the end: `name`, `Variant.0` → `String`.
    pub fields: Vec<(String, Vec<String>)>,
}

impl Declared {
    /// Whether it can be formatted or sent as it is.
    #[must_use]
    pub fn prints(&self) -> bool {
        self.derives.contains("Debug") || self.derives.contains("Serialize")
    }
}

/// What a type implements by hand.
#[derive(Debug)]
pub struct Implemented {
    /// The file.
    pub path: String,
    /// `Debug`, `Display`, `Deref`.
    pub of: String,
    /// For which type.
    pub name: String,
    /// The whole, as tokens.
    pub body: String,
}

/// Everything that production code declares.
#[derive(Debug, Default)]
pub struct Types {
    /// Structs and enums.
    pub declared: Vec<Declared>,
    /// Traits that are implemented by hand, and `to_body` for what is sent as a message.
    pub implemented: Vec<Implemented>,
    /// Other names for types, with what they hold.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// By file and name: from which module the file has that name.
    imports: BTreeMap<(String, String), String>,
}

/// Every file of production code, without what only tests compile.
#[must_use]
pub fn sources() -> Vec<(String, syn::File)> {
    let is_production = |path: &String| {
        let is_ours = ["shared/", "functions/", "tools/"].iter().any(|top| path.starts_with(top));
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("/samples.rs");
        is_ours && path.ends_with(".rs") && !is_test
    };
    let parse = |path: String| {
        let file = syn::parse_file(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        (path, file)
    };
    files().into_iter().filter(is_production).map(parse).collect()
}

impl Types {
    /// What these files declare.
    #[must_use]
    pub fn of(sources: &[(String, syn::File)]) -> Self {
        let mut reader = Reader::default();
        for (path, file) in sources {
            path.clone_into(&mut reader.path);
            reader.visit_file(file);
        }
        reader.types
    }

    /// Which type a file means by a name: its own, or the one of the module that it names. All of that name, if that says nothing.
    #[must_use]
    pub fn meant(&self, path: &str, name: &str) -> Vec<&Declared> {
        let all: Vec<&Declared> = self.declared.iter().filter(|declared| declared.name == name).collect();
        let module = self.imports.get(&(path.to_owned(), name.to_owned()));
        let is_from = |declared: &&&Declared| match module {
            Some(module) => {
                declared.path.trim_end_matches(".rs").split('/').any(|part| part.replace('-', "_") == *module)
            }
            None => declared.path == path,
        };
        let meant: Vec<&Declared> = all.iter().filter(is_from).copied().collect();
        if meant.is_empty() { all } else { meant }
    }

    /// Which types `redacted!` was used for, or print a fixed text of their own: nothing of what they hold.
    #[must_use]
    pub fn redacted(&self) -> BTreeSet<&str> {
        let says_nothing = |by_hand: &&Implemented| {
            // Once, where it is taken.
            let looks =
                by_hand.body.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| *word == "self");
            by_hand.of == "Debug" && looks.count() <= 1
        };
        self.implemented.iter().filter(says_nothing).map(|by_hand| by_hand.name.as_str()).collect()
    }

    /// What a field holds that is neither a type of ours nor one of `harmless`: text, bytes, what others made.
    #[must_use]
    pub fn plain(&self, holds: &[String], harmless: &BTreeSet<String>) -> BTreeSet<String> {
        let ours: BTreeSet<&str> = self.declared.iter().map(|declared| declared.name.as_str()).collect();
        let in_the_end = holds.iter().flat_map(|name| match self.aliases.get(name) {
            Some(of) if !ours.contains(name.as_str()) => of.clone(),
            _ => vec![name.clone()],
        });
        let is_plain = |name: &String| {
            // `L`, `V`: a port, and whatever stands behind it is read here too.
            let is_port = name.len() == 1;
            !is_port && !ours.contains(name.as_str()) && !harmless.contains(name)
        };
        in_the_end.filter(is_plain).collect()
    }
}

/// Whether only tests compile what carries these attributes.
#[must_use]
pub fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.meta.to_token_stream().to_string().replace(' ', "") == "cfg(test)"
    })
}

#[derive(Default)]
struct Reader {
    path: String,
    types: Types,
}

impl Reader {
    fn declare(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], fields: Vec<(String, Vec<String>)>) {
        let mut derives = BTreeSet::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let paths = attribute.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated).unwrap();
            derives.extend(paths.iter().map(last));
        }
        self.types.declared.push(Declared { path: self.path.clone(), name: name.to_string(), derives, fields });
    }

    fn implement(&mut self, of: String, item: &syn::ItemImpl) {
        let syn::Type::Path(target) = &*item.self_ty else { return };
        let body = item.to_token_stream().to_string();
        self.types.implemented.push(Implemented { path: self.path.clone(), of, name: last(&target.path), body });
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            syn::Item::Enum(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut open = vec![(String::new(), &item.tree)];
        while let Some((module, tree)) = open.pop() {
            match tree {
                syn::UseTree::Path(path) => open.push((path.ident.to_string(), &path.tree)),
                syn::UseTree::Group(group) => open.extend(group.items.iter().map(|tree| (module.clone(), tree))),
                syn::UseTree::Name(name) => {
                    self.types.imports.insert((self.path.clone(), name.ident.to_string()), module);
                }
                syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => {}
            }
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.declare(&item.ident, &item.attrs, fields("", &item.fields));
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let of = |variant: &syn::Variant| fields(&format!("{}.", variant.ident), &variant.fields);
        self.declare(&item.ident, &item.attrs, item.variants.iter().flat_map(of).collect());
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.types.aliases.insert(item.ident.to_string(), leaves(&item.ty));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        match &item.trait_ {
            Some((_, path, _)) => {
                let of = path.segments.last().map(|segment| segment.to_token_stream().to_string().replace(' ', ""));
                self.implement(of.unwrap_or_default(), item);
            }
            None => {
                let is_message = |of: &syn::ImplItem| matches!(of, syn::ImplItem::Fn(of) if of.sig.ident == "to_body");
                if item.items.iter().any(is_message) {
                    self.implement("to_body".to_owned(), item);
                }
            }
        }
        visit::visit_item_impl(self, item);
    }

    /// The macros that declare types of one text, which print themselves; and the one by which types print nothing.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let mut names = item.tokens.clone().into_iter().filter_map(|token| match token {
            proc_macro2::TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        });
        let (path, named) = (self.path.clone(), last(&item.path));
        if named == "redacted" {
            // In `Mail<'a>` the lifetime is an identifier too.
            for name in names.filter(|name| name.starts_with(char::is_uppercase)) {
                let (of, body) = ("Debug".to_owned(), String::new());
                self.types.implemented.push(Implemented { path: path.clone(), of, name, body });
            }
        } else if ["opaque_id", "word"].contains(&named.as_str()) {
            let derives = BTreeSet::from(["Debug".to_owned(), "Serialize".to_owned()]);
            let fields = vec![("0".to_owned(), vec!["String".to_owned()])];
            self.types.declared.push(Declared { path, name: names.next().expect("a name"), derives, fields });
        }
    }
}
