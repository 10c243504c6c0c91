//! Looks names up and lets only public addresses through, in the step that connects: the address that was checked is the
//! address that is connected to, so a name cannot lead elsewhere in between.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

use crate::address::is_public;

/// A name led to an address that is not public. Says neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not public")]
pub(crate) struct NotPublic;

type Looking<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;
type Lookup = Arc<dyn Fn(Name) -> Looking<Vec<IpAddr>> + Send + Sync>;

/// Looks a name up and refuses it whole if any of its addresses is not permitted.
#[derive(Clone)]
pub(crate) struct Guarded {
    lookup: Lookup,
    is_permitted: fn(IpAddr) -> bool,
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guarded")
    }
}

impl Guarded {
    /// The resolver of the machine; public addresses.
    pub(crate) fn system() -> Self {
        let lookup = |name: Name| -> Looking<Vec<IpAddr>> {
            let looking = GaiResolver::new().call(name);
            Box::pin(async move { Ok(looking.await?.map(|address| address.ip()).collect()) })
        };
        Self { lookup: Arc::new(lookup), is_permitted: is_public }
    }

    #[cfg(test)]
    pub(crate) fn for_test(
        is_permitted: fn(IpAddr) -> bool,
        mut answers: impl FnMut(&str) -> Vec<IpAddr> + Send + 'static,
    ) -> Self {
        let answers = std::sync::Mutex::new(move |name: &str| answers(name));
        let lookup = move |name: Name| -> Looking<Vec<IpAddr>> {
            let addresses = (answers.lock().unwrap())(name.as_str());
            Box::pin(async move { Ok(addresses) })
        };
        Self { lookup: Arc::new(lookup), is_permitted }
    }
}

impl Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Looking<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (looking, is_permitted) = ((self.lookup)(name), self.is_permitted);
        Box::pin(async move {
            let addresses = looking.await?;
            if addresses.iter().all(|address| is_permitted(*address)) {
                let port_of_the_url = 0;
                let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, port_of_the_url));
                Ok(addresses.collect::<Vec<_>>().into_iter())
            } else {
                Err(io::Error::other(NotPublic))
            }
        })
    }
}
