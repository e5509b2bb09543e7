//! The table of diagnostic codes. Numbers are never used again for something else; each has a page in `explanations/`.

/// A kind of mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `JITAR` and four digits.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// A page (Markdown) that says what it means and how to repair it.
    pub explanation: &'static str,
}

/// Declares the statics and [`ALL`]; the page of a code is the file with its id.
macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal;)+) => {
        $(
            #[doc = $title]
            pub static $name: Code = Code {
                id: $id,
                title: $title,
                explanation: include_str!(concat!("explanations/", $id, ".md")),
            };
        )+

        /// Every code, by number.
        pub static ALL: &[&Code] = &[$(&$name),+];
    };
}

codes! {
    SYNTAX = "JITAR0001", "a file is not valid JavaScript or TypeScript";
    UNRESOLVED_IMPORT = "JITAR0002", "an import leads nowhere";
    NODE_BUILTIN = "JITAR0003", "a module of Node is imported";
    RESERVED_SPECIFIER = "JITAR0004", "a specifier of the runtime is imported";
    UNSUPPORTED_FILE = "JITAR0005", "an import leads to a file that cannot be a module";
    UNREADABLE_FILE = "JITAR0006", "a file or folder cannot be read";
    INVALID_TSCONFIG = "JITAR0007", "`tsconfig.json` cannot be used";
    COMMONJS = "JITAR0008", "a module is not an ES module";
    INVALID_JSON_MODULE = "JITAR0009", "a JSON module is not valid JSON";
    HOST_MODULE = "JITAR0010", "a host module cannot be imported";
    MISSING_IMPORT = "JITAR0011", "an imported name does not exist";
    COMPUTED_REQUIRE = "JITAR0012", "a package requires a module whose name is computed";
    MISSING_APP = "JITAR0020", "there is no application folder";
    INVALID_JSON = "JITAR0021", "a configuration file is not valid JSON";
    UNKNOWN_KEY = "JITAR0022", "a key is not known";
    WRONG_TYPE = "JITAR0023", "a value has the wrong type";
    DUPLICATE_KEY = "JITAR0024", "a key stands twice in an object";
    ESCAPING_PATH = "JITAR0025", "a path leaves its folder";
    MISSING_FOLDER = "JITAR0026", "a folder does not exist";
    INVALID_GLOB = "JITAR0027", "a glob cannot be read";
    UNSET_VARIABLE = "JITAR0028", "an environment variable is not set";
    BUILD_TIME_VALUE = "JITAR0029", "the build must know a value that stands in an environment variable";
    INVALID_ACCESS = "JITAR0040", "an access level is not known";
    INVALID_VERSION = "JITAR0041", "a version is not of the form `major.minor.patch`";
    INVALID_SEGMENT_NAME = "JITAR0042", "a segment file has a name that cannot be a segment's";
    DUPLICATE_SEGMENT = "JITAR0043", "two segment files have the same name";
    MODULE_NOT_FOUND = "JITAR0044", "a segment names a module that does not exist";
    MISSING_EXPORT = "JITAR0045", "a segment names an export that does not exist";
    NOT_A_PROCEDURE = "JITAR0046", "a segment names an export that is neither a function nor a class";
    NOT_ASYNC = "JITAR0047", "a procedure is not async";
    GENERATOR = "JITAR0048", "a procedure is a generator";
    DUPLICATE_IMPLEMENTATION = "JITAR0049", "two functions have the same name and version";
    DUPLICATE_CLASS = "JITAR0050", "two classes have the same name";
    PRIVATE_ACROSS_SEGMENTS = "JITAR0051", "a private procedure of another segment is called";
    INVALID_NAME = "JITAR0052", "a name cannot be part of a fully qualified name";
    UNNAMEABLE_PARAMETER = "JITAR0054", "a procedure has a parameter that callers cannot name";
    AMBIGUOUS_MODULE = "JITAR0055", "two modules would be served under one name";
    STATE_ACROSS_SEGMENTS = "JITAR0056", "segments share a module that keeps state";
    AMBIGUOUS_NAME = "JITAR0057", "segments have different things of one name";
    UNSENDABLE_PARAMETER = "JITAR0058", "a parameter cannot be sent to another process";
    UNSENDABLE_RESULT = "JITAR0059", "a result cannot be sent to another process";
    RESOURCE_SEGMENTED = "JITAR0060", "a resource is part of a segment";
    RESOURCE_NOT_FOUND = "JITAR0061", "a resource file names a module that does not exist";
    NO_SERVICE = "JITAR0070", "a service file configures no service";
    SEVERAL_SERVICES = "JITAR0071", "a service file configures several services";
    UNKNOWN_SEGMENT = "JITAR0072", "a segment does not exist";
    SCRIPT_NOT_FOUND = "JITAR0073", "a service file names a module that does not exist";
    ASSET_OUTSIDE_TARGET = "JITAR0074", "an asset lies outside the target folder";
    UNMATCHED_ASSETS = "JITAR0075", "a glob of assets matches no file";
    SHARED_MUTABLE_STATE = "JITAR0076", "a module keeps state and the service has several isolates";
    DUPLICATE_ENTRY = "JITAR0077", "a list names something twice";
    WRONG_VALUE = "JITAR0078", "a setting has a value that is not possible";
    MISSING_KEY = "JITAR0079", "a setting that is needed is missing";
    SNAPSHOT = "JITAR0090", "a startup snapshot is less than it could be";
    MISSING_HOST_FUNCTION = "JITAR0092", "a host module has no such function";
    HOST_ARGUMENTS = "JITAR0093", "a host function is called with a wrong number of arguments";
    HIDDEN_HOST_FUNCTION = "JITAR0094", "a host function cannot be named from outside of its library";
    DUPLICATE_HOST_FUNCTION = "JITAR0095", "two host functions have the same name";
    HOST_LIBRARY = "JITAR0096", "the library with the host functions cannot be read";
}

/// The code with this id, such as `JITAR0045`, in any case.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_code_has_its_page() {
        assert!(ALL.windows(2).all(|pair| pair[0].id < pair[1].id));
        for code in ALL {
            let heading = format!("# {}: {}\n\n", code.id, code.title);
            assert!(code.explanation.starts_with(&heading), "{}", code.id);
            assert!(code.explanation.len() > heading.len() + 80, "{} explains too little", code.id);
            assert!(!code.title.ends_with('.') && !code.title.starts_with(char::is_uppercase), "{}", code.id);
        }
    }

    #[test]
    fn finds_a_code_by_its_id() {
        assert_eq!(find("jitar0045"), Some(&MISSING_EXPORT));
        assert_eq!(find("JITAR9999"), None);
    }
}
