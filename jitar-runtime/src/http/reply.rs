//! Replies of procedures as responses (spec 4.3).

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use jitar_engine::call::{ContentKind, Reply};

use super::context::{Context, ErrorForm};
use super::error::{self, HttpError};
use super::headers::{self, CONTENT_KIND};

static CONTENT_KIND_NAME: HeaderName = HeaderName::from_static(CONTENT_KIND);

/// The response with a procedure's reply.
pub(super) fn response(reply: &Reply, context: &Context) -> Result<HttpResponse, HttpError> {
    let status = status(reply)?;
    let mut response = if context.form == ErrorForm::Problem && is_bare_error(reply) {
        error::thrown(context, status, &String::from_utf8_lossy(&reply.body))
    } else {
        let mut response = HttpResponse::with_body(status, BoxBody::new(reply.body.clone()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(reply.content)));
        headers.insert(CONTENT_KIND_NAME.clone(), HeaderValue::from_static(reply.content.marker()));
        response
    };
    let mut replaced: Vec<HeaderName> = Vec::new();
    for (name, value) in reply.headers.iter().filter(|(name, _)| headers::is_settable(name)) {
        let illegal = || HttpError::IllegalReply(format!("a header `{name}` that HTTP cannot carry"));
        let (name, value) = headers::encode(name, value).ok_or_else(illegal)?;
        // The first value replaces what is there, the next ones join it: `set-cookie` may come several times.
        if replaced.contains(&name) {
            response.headers_mut().append(name, value);
        } else {
            response.headers_mut().insert(name.clone(), value);
            replaced.push(name);
        }
    }
    Ok(response)
}

/// Every response with a location is a redirect, as the known implementation has it.
fn status(reply: &Reply) -> Result<StatusCode, HttpError> {
    if reply.headers.iter().any(|(name, _)| name == LOCATION.as_str()) {
        return Ok(StatusCode::FOUND);
    }
    match StatusCode::from_u16(reply.status) {
        Ok(status) if !status.is_informational() => Ok(status),
        _ => Err(HttpError::IllegalReply(format!("the status {}", reply.status))),
    }
}

/// A thrown error without a form of its own.
fn is_bare_error(reply: &Reply) -> bool {
    reply.status >= 400
        && reply.content == ContentKind::Text
        && !reply.headers.iter().any(|(name, value)| name == CONTENT_TYPE.as_str() && !value.starts_with("text/plain"))
}

fn content_type(kind: ContentKind) -> &'static str {
    match kind {
        ContentKind::Text | ContentKind::Number | ContentKind::Boolean | ContentKind::Null => {
            "text/plain; charset=utf-8"
        }
        ContentKind::Undefined => "text/plain",
        ContentKind::Json => "application/json; charset=utf-8",
        ContentKind::Bytes => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use bytes::Bytes;

    fn reply(status: u16, content: ContentKind, headers: &[(&str, &str)]) -> Reply {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Reply { status, content, body: Bytes::from_static(b"x"), headers }
    }

    fn shown(reply: &Reply) -> String {
        match response(reply, &Context::wanting(ErrorForm::Text)) {
            Ok(response) => {
                let all = |name: &str| {
                    let values = response.headers().get_all(name).map(|value| value.to_str().unwrap_or("?"));
                    values.collect::<Vec<_>>().join("|")
                };
                let status = response.status().as_u16();
                format!("{status} {} {} {}", all("content-type"), all(CONTENT_KIND), all("set-cookie"))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn says_what_kind_of_value_it_is() {
        use ContentKind::{Boolean, Bytes, Json, Null, Number, Text, Undefined};
        let cases = [
            (reply(200, Text, &[]), "200 text/plain; charset=utf-8 text/plain "),
            (reply(200, Number, &[]), "200 text/plain; charset=utf-8 application/number "),
            (reply(200, Boolean, &[]), "200 text/plain; charset=utf-8 application/boolean "),
            (reply(200, Null, &[]), "200 text/plain; charset=utf-8 application/null "),
            (reply(200, Undefined, &[]), "200 text/plain application/undefined "),
            (reply(404, Json, &[]), "404 application/json; charset=utf-8 application/json "),
            (reply(200, Bytes, &[]), "200 application/octet-stream application/octet-stream "),
            (reply(200, Text, &[("content-type", "text/html")]), "200 text/html text/plain "),
            (reply(201, Text, &[("location", "/x")]), "302 text/plain; charset=utf-8 text/plain "),
            (
                reply(200, Text, &[("set-cookie", "a=1"), ("set-cookie", "b=2"), ("content-length", "9")]),
                "200 text/plain; charset=utf-8 text/plain a=1|b=2",
            ),
            (
                reply(200, Text, &[("x-a", "1\r\nx: 2")]),
                "the procedure answered with a header `x-a` that HTTP cannot carry",
            ),
            (reply(99, Text, &[]), "the procedure answered with the status 99"),
            (reply(101, Text, &[]), "the procedure answered with the status 101"),
        ];
        for (reply, expected) in cases {
            assert_eq!(shown(&reply), expected, "{reply:?}");
        }
    }

    #[tokio::test]
    async fn errors_become_problems_on_demand() {
        let response =
            response(&reply(404, ContentKind::Text, &[]), &Context::wanting(ErrorForm::Problem)).expect("legal");
        assert_eq!(response.headers().get("content-type").expect("set"), "application/problem+json");
        let body = to_bytes(response.into_body()).await.expect("in memory");
        let expected = r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"x","instance":"/rpc/f","code":"application-error","requestId":"1"}"#;
        assert_eq!(body, expected);
    }
}
