//! Where a processor is: one of the hosts that the policy file allows it, and nothing else.

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

/// Scheme and host of a processor. The type is the proof that the policy file allows the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
}

impl BaseUrl {
    /// Exactly `https://` and an allowed host. No parser is asked what a text with a user, a port, a path, an address or
    /// letters of other alphabets might mean: such a text is not one of the allowed ones.
    pub(crate) fn parse(text: &str, hosts: &[String]) -> Option<Self> {
        let host = hosts.iter().find(|host| text == format!("https://{host}"))?;
        Some(Self { scheme: Scheme::HTTPS, authority: host.parse().ok()? })
    }

    /// `http://127.0.0.1:<port>`: a fake on a test stack.
    pub(crate) fn parse_local(text: &str) -> Option<Self> {
        let port: u16 = text.strip_prefix("http://127.0.0.1:")?.parse().ok()?;
        Some(Self { scheme: Scheme::HTTP, authority: format!("127.0.0.1:{port}").parse().ok()? })
    }

    #[cfg(test)]
    pub(crate) fn for_test(scheme: Scheme, authority: &str) -> Self {
        Self { scheme, authority: authority.parse().unwrap() }
    }

    /// The URL of a path there. A path cannot change the host: the two are never one text.
    pub(crate) fn join(&self, path: PathAndQuery) -> Result<Uri, http::Error> {
        Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(path).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allowed_host_over_https_is_a_base() {
        let hosts = ["posthog.example.com".to_owned(), "eu.posthog.example.com".to_owned()];
        assert!(BaseUrl::parse("https://posthog.example.com", &hosts).is_some());
        assert!(BaseUrl::parse("https://eu.posthog.example.com", &hosts).is_some());
        let refused = [
            "",
            "posthog.example.com",
            "http://posthog.example.com",
            "HTTPS://posthog.example.com",
            "https://POSTHOG.example.com",
            "https://posthog.example.com/",
            "https://posthog.example.com/api",
            "https://posthog.example.com?x",
            "https://posthog.example.com#x",
            "https://posthog.example.com.",
            "https://posthog.example.com:443",
            "https://posthog.example.com:8443",
            "https://user@posthog.example.com",
            "https://user:password@posthog.example.com",
            "https://posthog.example.com@evil.example",
            "https://evil.example\\@posthog.example.com",
            "https://evil.example#@posthog.example.com",
            "https:/\\posthog.example.com",
            "https://posthog.example.com\n",
            " https://posthog.example.com",
            "https://posthog.example.com.evil.example",
            "https://evil-posthog.example.com",
            "https://xn--posthg-bya.example.com",
            "https://p\u{43e}sthog.example.com",
            "https://posthog\u{3002}example\u{3002}com",
            "https://posthog%2eexample.com",
            "https://127.0.0.1",
            "https://2130706433",
            "https://0x7f.1",
            "https://[::1]",
            "https://169.254.169.254",
            "https://localhost",
        ];
        for text in refused {
            assert!(BaseUrl::parse(text, &hosts).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_local_base_is_on_this_machine() {
        assert!(BaseUrl::parse_local("http://127.0.0.1:4566").is_some());
        for text in [
            "https://127.0.0.1:4566",
            "http://127.0.0.1",
            "http://127.0.0.1:4566/x",
            "http://127.0.0.1:4566@evil.example",
            "http://127.0.0.1:99999",
            "http://localhost:4566",
            "http://169.254.169.254:80",
            "http://10.0.0.1:80",
        ] {
            assert!(BaseUrl::parse_local(text).is_none(), "{text}");
        }
    }
}
