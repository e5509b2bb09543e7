//! CORS (Fetch standard, "HTTP-network-or-cache fetch"): tells browsers which pages of other origins may call.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY,
};

use crate::config::{CorsConfig, Origins};

const ANY: HeaderValue = HeaderValue::from_static("*");

/// The rules of a service, as headers.
#[derive(Debug)]
pub(super) struct Cors {
    origins: Origins,
    headers: Vec<String>,
    credentials: bool,
    methods: HeaderValue,
    /// What may be read of an answer.
    exposed: HeaderValue,
    max_age: HeaderValue,
}

impl Cors {
    pub(super) fn new(config: &CorsConfig) -> Self {
        Self {
            origins: config.origins.clone(),
            headers: config.headers.clone(),
            credentials: config.credentials,
            methods: listed(&config.methods),
            exposed: listed(&config.exposed),
            max_age: HeaderValue::from(config.max_age.as_secs()),
        }
    }

    /// The answer to a preflight; none when the request is another one.
    pub(super) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<HttpResponse> {
        let asks = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if *method != Method::OPTIONS || !asks {
            return None;
        }
        let mut response = HttpResponse::NoContent().finish();
        let answer = response.headers_mut();
        if self.allow(headers, answer) {
            answer.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
            answer.insert(ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
            if let Some(allowed) = self.allowed_headers(headers) {
                answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
            }
        }
        for name in [ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_REQUEST_HEADERS] {
            vary(answer, &name);
        }
        Some(response)
    }

    /// Adds to an answer what the page may do with it. What another node said about that does not count here.
    pub(super) fn complete(&self, headers: &HeaderMap, answer: &mut HeaderMap) {
        for name in [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_EXPOSE_HEADERS] {
            answer.remove(name);
        }
        if self.allow(headers, answer) {
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed.clone());
        }
    }

    /// Allows the origin, if it may call.
    fn allow(&self, headers: &HeaderMap, answer: &mut HeaderMap) -> bool {
        let origin = headers.get(ORIGIN);
        let allowed = match &self.origins {
            Origins::Any => origin.map(|_| ANY),
            Origins::These(origins) => {
                // The answer depends on the origin, also where there was none.
                vary(answer, &ORIGIN);
                origin.filter(|origin| origins.iter().any(|known| known.as_bytes() == origin.as_bytes())).cloned()
            }
        };
        let Some(allowed) = allowed else { return false };
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if self.credentials {
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        true
    }

    /// `*` does not cover `authorization` in browsers, so all that is asked for is repeated then.
    fn allowed_headers(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS)?;
        if self.headers.iter().any(|name| name == "*") {
            return Some(asked.clone());
        }
        Some(listed(&self.headers))
    }
}

fn vary(answer: &mut HeaderMap, name: &HeaderName) {
    answer.append(VARY, HeaderValue::from(name.clone()));
}

/// Names as one value. The settings let only tokens through.
fn listed(names: &[String]) -> HeaderValue {
    HeaderValue::from_str(&names.join(", ")).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::headers::encode;
    use super::*;

    fn cors(origins: &[&str], headers: &[&str], credentials: bool) -> Cors {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let origins = if origins == ["*"] { Origins::Any } else { Origins::These(owned(origins)) };
        Cors::new(&CorsConfig {
            origins,
            methods: owned(&["GET", "POST"]),
            headers: owned(headers),
            exposed: owned(&["x-request-id"]),
            credentials,
            max_age: Duration::from_secs(600),
        })
    }

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs.iter().filter_map(|(name, value)| encode(name, value)).collect()
    }

    /// The headers that matter, one after the other.
    fn shown(headers: &HeaderMap) -> String {
        let mut shown: Vec<String> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII")))
            .map(|(name, value)| format!("{}={value}", name.trim_start_matches("access-control-")))
            .collect();
        shown.sort();
        shown.join(" ")
    }

    #[test]
    fn preflights_are_answered() {
        let one = cors(&["https://a.example"], &["content-type"], true);
        let any = cors(&["*"], &["*"], false);
        let asks = |origin| {
            [("origin", origin), ("access-control-request-method", "POST"), ("access-control-request-headers", "x-a")]
        };
        let varies = "vary=access-control-request-headers vary=access-control-request-method";
        let cases = [
            (
                &one,
                "https://a.example",
                format!(
                    "allow-credentials=true allow-headers=content-type allow-methods=GET, POST \
                     allow-origin=https://a.example max-age=600 {varies} vary=origin"
                ),
            ),
            (&one, "https://b.example", format!("{varies} vary=origin")),
            (&one, "https://a.example.evil", format!("{varies} vary=origin")),
            (&one, "null", format!("{varies} vary=origin")),
            (
                &any,
                "https://b.example",
                format!("allow-headers=x-a allow-methods=GET, POST allow-origin=* max-age=600 {varies}"),
            ),
        ];
        for (cors, origin, expected) in cases {
            let response = cors.preflight(&Method::OPTIONS, &map(&asks(origin))).expect("a preflight");
            assert_eq!(response.status().as_u16(), 204);
            assert_eq!(shown(response.headers()), expected, "{origin}");
        }
    }

    #[test]
    fn other_requests_are_no_preflights() {
        let cors = cors(&["*"], &[], false);
        let method = ("access-control-request-method", "POST");
        for (verb, headers) in [
            (Method::OPTIONS, map(&[])),
            (Method::OPTIONS, map(&[("origin", "https://a.example")])),
            (Method::OPTIONS, map(&[method])),
            (Method::POST, map(&[("origin", "https://a.example"), method])),
        ] {
            assert!(cors.preflight(&verb, &headers).is_none(), "{verb} {headers:?}");
        }
    }

    #[test]
    fn answers_say_who_may_read_them() {
        let one = cors(&["https://a.example"], &[], false);
        let cases = [
            ("https://a.example", "allow-origin=https://a.example expose-headers=x-request-id vary=origin x-own=1"),
            ("https://b.example", "vary=origin x-own=1"),
        ];
        for (origin, expected) in cases {
            let mut answer = map(&[("access-control-allow-origin", "https://worker.example"), ("x-own", "1")]);
            one.complete(&map(&[("origin", origin)]), &mut answer);
            assert_eq!(shown(&answer), expected, "{origin}");
        }
        let mut answer = HeaderMap::new();
        one.complete(&HeaderMap::new(), &mut answer);
        assert_eq!(shown(&answer), "vary=origin");
    }
}
