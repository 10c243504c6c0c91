//! A vendor on this machine that answers as it is told, byte by byte: no server library would send what it sends.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the vendor does with one request.
#[derive(Clone)]
pub(super) enum Conduct {
    /// Writes these bytes and closes.
    Say(Vec<u8>),
    /// Writes these bytes and waits for the next request on the same connection.
    Stay(&'static str),
    /// Writes these bytes, then one byte every 20 milliseconds, for ever.
    Drip(&'static str),
    /// Writes these bytes, then as much as is taken.
    Flood(&'static str),
    /// Reads and says nothing.
    Hang,
}

impl Conduct {
    /// A status with a body.
    pub(super) fn answer(status: u16, body: &str) -> Self {
        Self::with(status, "", body)
    }

    /// A status with headers, each ending in CRLF, and a body.
    pub(super) fn with(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Say(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes())
    }

    /// These bytes.
    pub(super) fn say(text: &str) -> Self {
        Self::Say(text.as_bytes().to_vec())
    }
}

/// The vendor, and what it saw.
pub(super) struct Vendor {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Vendor {
    /// Listens; `conduct` chooses by the text of the request.
    pub(super) async fn start(conduct: impl Fn(&str) -> Conduct + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (conduct, log) = (Arc::new(conduct), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (conduct, log) = (Arc::clone(&conduct), Arc::clone(&log));
                tokio::spawn(async move {
                    // A client that has heard enough closes; that is no failure of the vendor.
                    drop(serve(stream, &*conduct, &log).await);
                });
            }
        });
        Self { address, seen }
    }

    /// Every request, as it came.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    conduct: &(impl Fn(&str) -> Conduct + ?Sized),
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let act = async |stream: &mut TcpStream| -> std::io::Result<Conduct> {
        let request = request(stream).await?;
        log.lock().unwrap().push(request.clone());
        Ok(conduct(&request))
    };
    let mut next = act(&mut stream).await?;
    while let Conduct::Stay(answer) = next {
        stream.write_all(answer.as_bytes()).await?;
        next = act(&mut stream).await?;
    }
    match next {
        Conduct::Stay(_) => {}
        Conduct::Say(bytes) => stream.write_all(&bytes).await?,
        Conduct::Drip(start) => {
            stream.write_all(start.as_bytes()).await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Conduct::Flood(start) => {
            stream.write_all(start.as_bytes()).await?;
            loop {
                stream.write_all(&[b' '; 4096]).await?;
            }
        }
        Conduct::Hang => tokio::time::sleep(Duration::from_secs(600)).await,
    }
    stream.shutdown().await
}

/// Head and body of one request; bytes that are no text as they are.
async fn request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return Ok(text);
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&chunk[..count]),
        }
        // A TLS greeting is no request; it is answered at once.
        if bytes.first() == Some(&0x16) {
            return Ok("TLS".to_owned());
        }
    }
}
